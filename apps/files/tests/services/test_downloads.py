import io
from typing import Any

import pytest

from apps.files.services.downloads import Download, download_response

BODY = b"0123456789"


def _answer(rf: Any, told: dict[str, Any] | None = None, **headers: str) -> Any:
    download = Download(
        **{
            "name": 'plän "x".txt',
            "content_type": "text/plain",
            "size_bytes": len(BODY),
            "etag": "abc",
            "open": lambda: io.BytesIO(BODY),
            **(told or {}),
        }
    )
    request = rf.get(
        "/", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return download_response(request, download)


def _body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_goes_whole_and_is_saved(rf: Any) -> None:
    answer = _answer(rf)
    assert (answer.status_code, _body(answer), answer["Content-Length"]) == (200, BODY, "10")
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''pl%C3%A4n%20%22x%22.txt"
    assert answer["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("spec", "body", "told"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", BODY, "bytes 0-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ],
)
def test_a_part_is_sent(rf: Any, spec: str, body: bytes, told: str) -> None:
    answer = _answer(rf, range=spec)
    assert (answer.status_code, _body(answer), answer["Content-Range"]) == (206, body, told)
    assert answer["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    "spec", ["bytes=", "bytes=-", "bytes=3-1", "bytes=0-1,3-4", "lines=0-3", "bytes=a-b"]
)
def test_what_is_no_range_means_the_whole_file(rf: Any, spec: str) -> None:
    assert (_answer(rf, range=spec).status_code, _body(_answer(rf, range=spec))) == (200, BODY)


@pytest.mark.parametrize("spec", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_bytes_that_are_not_there_are_416(rf: Any, spec: str) -> None:
    answer = _answer(rf, range=spec)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */10")


def test_a_part_of_an_older_file_is_not_glued_to_a_new_one(rf: Any) -> None:
    assert _answer(rf, range="bytes=0-3", if_range='"old"').status_code == 200
    assert _answer(rf, range="bytes=0-3", if_range='"abc"').status_code == 206


def test_who_has_it_already_gets_nothing(rf: Any) -> None:
    assert _answer(rf, if_none_match='"abc"').status_code == 304
    assert _answer(rf, if_none_match='"old"').status_code == 200


def test_the_proxy_is_told_where_it_is(rf: Any) -> None:
    answer = _answer(rf, {"accel": "/protected/2026/11/ä.txt"})
    assert answer["X-Accel-Redirect"] == "/protected/2026/11/%C3%A4.txt"
    assert answer.content == b""


def test_a_picture_is_shown_and_kept(rf: Any) -> None:
    answer = _answer(rf, {"is_inline": True, "max_age": 60, "name": "a.png"})
    assert answer["Content-Disposition"] == 'inline; filename="a.png"'
    assert answer["Cache-Control"] == "public, max-age=60, must-revalidate"


def test_nothing_in_it_runs(rf: Any) -> None:
    answer = _answer(rf)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
