"""Django's ASGI handler for synchronous code: a request is one visit to a thread that lives on.

The stock handler makes a thread for each request and crosses between it and the event loop for
every signal, the middleware and the closing of the response. Here the body is read in the loop, all
that is Django runs in one go in a thread, and the answer is sent from the loop again.
"""

import asyncio
import io
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import IO, Any, NamedTuple, cast

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix
from django.utils.translation import gettext as _

from apps.core.api.exceptions import envelope
from apps.core.api.renderers import dumps
from config.runtime.threads import ThreadPool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STREAMS = 16
"""Downloads that one process sends at once; each has a thread of its own while it lasts."""

SMALL_FILE_BYTES = 1024 * 1024
"""A file up to here is read at once, which is quicker and cannot be drawn out by a slow client."""

TOO_LARGE = 413


class BodyTooLargeError(Exception):
    """The client sends more than we read."""


class Answer(NamedTuple):
    """What the loop has to send."""

    start: Message
    body: bytes | None
    stream: StreamingHttpResponse | None


class Handler(ASGIHandler):
    """Serves HTTP; websockets are handed elsewhere by `config/asgi.py`."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)  # the parent's own would load the middleware in its async form
        self.load_middleware(is_async=False)
        self._threads = ThreadPool(settings.ATRIUM.threads, name="request")
        self._streams = ThreadPool(STREAMS, name="stream")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body, size = await _read(scope, receive)
        except RequestAborted:
            return
        except BodyTooLargeError:
            answer = _too_large()
        else:
            answer = await self._threads.run(lambda: self._respond(scope, body, size))
        await send(answer.start)
        if answer.stream is None:
            await send({"type": "http.response.body", "body": answer.body})
        else:
            await self._send_stream(answer.stream, receive, send)

    def _respond(self, scope: Any, body: IO[bytes], size: int) -> Answer:
        """Run Django; a response that is whole is closed here, before it is sent."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        if request is None:
            response = cast(HttpResponseBase, refusal)
        else:
            request.META.setdefault("CONTENT_LENGTH", str(size))  # chunked bodies have limits too
            response = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined] # noqa: SLF001 - for close()
        if isinstance(response, StreamingHttpResponse) and not _is_small(response):
            if isinstance(response, FileResponse):
                response.block_size = self.chunk_size
            close_old_connections()  # the thread that sends the stream takes its own, and closes it
            return Answer(_start(response), None, response)
        whole = b"".join(cast(Iterator[bytes], response))
        response.headers.setdefault("Content-Length", str(len(whole)))  # else it goes out in chunks
        response.close()
        body.close()
        return Answer(_start(response), whole, None)

    async def _send_stream(
        self, response: StreamingHttpResponse, receive: Receive, send: Send
    ) -> None:
        """Send a response piece by piece, to its end or until the client leaves."""
        has_left = threading.Event()

        async def send_all() -> None:
            if response.is_async:
                await _send_async(response, send)
            else:
                loop = asyncio.get_running_loop()
                await self._streams.run(lambda: _send_sync(response, send, loop, has_left))
            await send({"type": "http.response.body"})

        sending = asyncio.ensure_future(send_all())
        leaving = asyncio.ensure_future(receive())  # after the body comes nothing but a farewell
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            has_left.set()
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            if response.is_async:
                await self._streams.run(response.close)


async def _read(scope: Any, receive: Receive) -> tuple[IO[bytes], int]:
    """Return the body as a file, and its size.

    Raises:
        RequestAborted: The client left while it was sending.
        BodyTooLargeError: It sends, or announces, more than we read.
    """
    limit = settings.ATRIUM.max_body_bytes
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise BodyTooLargeError
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body = message.get("body", b"")
        return io.BytesIO(body), len(body)
    spool = tempfile.SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115 - closed with the request
    while message["type"] == "http.request":
        spool.write(message.get("body", b""))
        if spool.tell() > limit:
            spool.close()
            raise BodyTooLargeError
        if not message.get("more_body", False):
            size = spool.tell()
            spool.seek(0)
            return cast(IO[bytes], spool), size
        message = await receive()
    spool.close()
    raise RequestAborted


def _too_large() -> Answer:
    body = dumps(envelope(TOO_LARGE, _("The request is too large."), reason="core.too_large"))
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Content-Length", str(len(body)).encode()),
        (b"Connection", b"close"),  # the rest of the body is not read
    ]
    return Answer(
        {"type": "http.response.start", "status": TOO_LARGE, "headers": headers}, body, None
    )


def _start(response: HttpResponseBase) -> Message:
    headers = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    headers += [
        (b"Set-Cookie", cookie.OutputString().encode("ascii"))
        for cookie in response.cookies.values()
    ]
    return {"type": "http.response.start", "status": response.status_code, "headers": headers}


def _is_small(response: StreamingHttpResponse) -> bool:
    if not isinstance(response, FileResponse) or response.is_async:
        return False
    length = response.headers.get("Content-Length", "")
    return length.isdigit() and int(length) <= SMALL_FILE_BYTES


async def _send_async(response: StreamingHttpResponse, send: Send) -> None:
    async for part in response:
        await send({"type": "http.response.body", "body": part, "more_body": True})


def _send_sync(
    response: StreamingHttpResponse,
    send: Send,
    loop: asyncio.AbstractEventLoop,
    has_left: threading.Event,
) -> None:
    """Send from a thread, each piece when the one before is on its way."""
    try:
        for part in response:
            if has_left.is_set():
                return
            message = {"type": "http.response.body", "body": part, "more_body": True}
            asyncio.run_coroutine_threadsafe(_as_coroutine(send(message)), loop).result()
    finally:
        response.close()  # tells the end of the request, which gives the connections back


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable
