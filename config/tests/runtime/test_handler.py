import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import translation

from config.runtime.handler import SMALL_FILE_BYTES, Handler

word: ContextVar[str] = ContextVar("word", default="none")
events: list[str] = []
walking = threading.Event()


def echo(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(request.body, content_type="text/plain")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


def thread(_request: HttpRequest) -> HttpResponse:
    before = word.get()
    word.set("left behind")
    language = translation.get_language()
    translation.activate("zh-hans")
    name = threading.current_thread().name
    return HttpResponse(orjson.dumps([name, before, language]))


def query(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse(str(id(connection.connection)))


def broken(_request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def upload(request: HttpRequest) -> HttpResponse:
    file: Any = request.FILES["f"]
    return HttpResponse(f"{file.name} {file.size}")


def _numbers() -> Iterator[bytes]:
    names = set()
    try:
        for number in range(3):
            names.add(threading.current_thread().name)
            yield f"{number} ".encode()
    finally:
        events.append(f"ended in {names}")


def numbers(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_numbers())


def endless(_request: HttpRequest) -> StreamingHttpResponse:
    def walk() -> Iterator[bytes]:
        try:
            while True:
                yield b"."
        finally:
            walking.set()

    return StreamingHttpResponse(walk())


def failing(_request: HttpRequest) -> StreamingHttpResponse:
    def fail() -> Iterator[bytes]:
        yield b"first"
        raise ZeroDivisionError

    return StreamingHttpResponse(fail())


async def tick(_request: HttpRequest) -> StreamingHttpResponse:
    async def ticks() -> AsyncIterator[bytes]:
        for number in range(3):
            await asyncio.sleep(0)
            yield str(number).encode()

    return StreamingHttpResponse(ticks())


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(Path(request.GET["path"]).open("rb"))


urlpatterns = [
    path("echo", echo),
    path("thread", thread),
    path("query", query),
    path("broken", broken),
    path("upload", upload),
    path("numbers", numbers),
    path("endless", endless),
    path("failing", failing),
    path("tick", tick),
    path("file", file),
]


@pytest.fixture
def handler(settings: Any) -> Handler:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.ATRIUM = replace(settings.ATRIUM, threads=1)
    events.clear()
    walking.clear()
    return Handler()


def _scope(url: str, *, method: str = "GET", headers: Any = ()) -> dict[str, Any]:
    where, _, asked = url.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": where,
        "query_string": asked.encode(),
        "headers": [(b"host", b"testserver"), *headers],
        "client": ("127.0.0.1", 5000),
    }


async def _ask(
    handler: Handler, url: str, *parts: bytes, headers: Any = ()
) -> tuple[dict[str, Any], bytes]:
    """Return the start message and the whole body."""
    method = "POST" if parts else "GET"
    talk = ApplicationCommunicator(handler, _scope(url, method=method, headers=headers))
    for number, part in enumerate(parts or (b"",), start=1):
        more = number < len(parts)
        await talk.send_input({"type": "http.request", "body": part, "more_body": more})
    start = await talk.receive_output(5)
    body = b""
    while True:
        message = await talk.receive_output(5)
        body += message.get("body", b"")
        if not message.get("more_body"):
            await talk.wait()
            return start, body


async def test_a_request_is_answered_with_headers_and_cookies(handler: Handler) -> None:
    start, body = await _ask(handler, "/echo", b"hello")
    assert start["status"] == 200
    assert body == b"hello"
    headers = start["headers"]
    assert (b"Content-Length", b"5") in headers
    cookies = [value for name, value in headers if name == b"Set-Cookie"]
    assert cookies == [b"a=1; Path=/", b"b=2; Path=/"]


async def test_requests_use_the_same_thread_but_not_each_others_context(handler: Handler) -> None:
    answers = [orjson.loads((await _ask(handler, "/thread"))[1]) for _ in range(2)]
    assert answers == [["request-0", "none", "en"], ["request-0", "none", "en"]]
    assert word.get() == "none"


async def test_a_request_is_told_of_once_at_its_start_and_once_at_its_end(handler: Handler) -> None:
    def started(**_kwargs: Any) -> None:
        events.append(f"started in {threading.current_thread().name}")

    def finished(sender: Any, **_kwargs: Any) -> None:
        events.append(f"finished {sender.__name__}")

    request_started.connect(started)
    request_finished.connect(finished)
    try:
        await _ask(handler, "/echo", b"x")
        await _ask(handler, "/numbers")
    finally:
        request_started.disconnect(started)
        request_finished.disconnect(finished)
    told = [event for event in events if not event.startswith("ended")]
    assert told == ["started in request-0", "finished Handler"] * 2


@pytest.mark.django_db(transaction=True)
async def test_a_view_may_ask_the_database(handler: Handler) -> None:
    start, body = await _ask(handler, "/query")
    assert start["status"] == 200
    assert body.isdigit()


async def test_a_broken_view_is_a_500_and_the_next_request_works(handler: Handler) -> None:
    start, _body = await _ask(handler, "/broken")
    assert start["status"] == 500
    assert (await _ask(handler, "/echo", b"x"))[1] == b"x"


async def test_a_body_in_pieces_arrives_whole(handler: Handler) -> None:
    assert (await _ask(handler, "/echo", b"one ", b"two ", b"three"))[1] == b"one two three"


async def test_an_upload_arrives(handler: Handler) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
    kind = (b"content-type", b"multipart/form-data; boundary=x")
    body = await _ask(handler, "/upload", head, b"12345", b"\r\n--x--\r\n", headers=[kind])
    assert body[1] == b"a.txt 5"


async def test_an_announced_body_beyond_the_limit_is_refused_unread(
    handler: Handler, settings: Any
) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, max_body_bytes=10)
    talk = ApplicationCommunicator(
        handler, _scope("/echo", method="POST", headers=[(b"content-length", b"11")])
    )
    start = await talk.receive_output(5)  # nothing was sent, and nothing was waited for
    body = orjson.loads((await talk.receive_output(5))["body"])
    assert start["status"] == body["code"] == 413
    assert body["reason"] == "core.too_large"


async def test_a_body_that_grows_beyond_the_limit_is_refused(
    handler: Handler, settings: Any
) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, max_body_bytes=10)
    start, _body = await _ask(handler, "/echo", b"12345", b"67890", b"!")
    assert start["status"] == 413
    assert (b"Connection", b"close") in start["headers"]


async def test_a_body_without_a_length_has_djangos_limit_too(
    handler: Handler, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 4
    start, _body = await _ask(handler, "/echo", b"123", b"45")
    assert start["status"] in {400, 413}


async def test_a_client_that_leaves_while_it_sends_is_forgotten(handler: Handler) -> None:
    talk = ApplicationCommunicator(handler, _scope("/echo", method="POST"))
    await talk.send_input({"type": "http.request", "body": b"x", "more_body": True})
    await talk.send_input({"type": "http.disconnect"})
    await talk.wait()
    assert await talk.receive_nothing()


async def test_a_path_that_is_no_text_is_refused(handler: Handler) -> None:
    scope = {**_scope("/echo"), "query_string": b"\xff\xfe"}
    talk = ApplicationCommunicator(handler, scope)
    await talk.send_input({"type": "http.request"})
    assert (await talk.receive_output(5))["status"] == 400
    await talk.receive_output(5)


async def test_a_stream_is_sent_piece_by_piece_from_one_thread_and_closed(handler: Handler) -> None:
    _start, body = await _ask(handler, "/numbers")
    assert body == b"0 1 2 "
    (ended,) = events
    assert ended.count("stream-") == 1


async def test_a_stream_ends_when_the_client_leaves(handler: Handler) -> None:
    talk = ApplicationCommunicator(handler, _scope("/endless"))
    await talk.send_input({"type": "http.request"})
    await talk.receive_output(5)
    assert (await talk.receive_output(5))["body"] == b"."
    await talk.send_input({"type": "http.disconnect"})
    await talk.wait(5)
    assert await asyncio.to_thread(walking.wait, 5)


async def test_a_stream_that_fails_is_not_ended_as_if_it_were_whole(handler: Handler) -> None:
    talk = ApplicationCommunicator(handler, _scope("/failing"))
    await talk.send_input({"type": "http.request"})
    await talk.receive_output(5)
    assert (await talk.receive_output(5))["more_body"]
    with pytest.raises(ZeroDivisionError):
        await talk.wait(5)


async def test_an_asynchronous_stream_is_sent(handler: Handler) -> None:
    assert (await _ask(handler, "/tick"))[1] == b"012"


@pytest.mark.parametrize("size", [10, SMALL_FILE_BYTES + 1])
async def test_files_are_sent_whole_whatever_their_size(
    handler: Handler, tmp_path: Path, size: int
) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)
    start, body = await _ask(handler, f"/file?path={tmp_path}/file")
    assert (b"Content-Length", str(size).encode()) in start["headers"]
    assert body == b"x" * size
