"""Files as answers: whole, in part, or by the proxy in front; never run by a browser by mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

SPEC = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CHUNK = 256 * 1024
PARTIAL, UNSATISFIABLE = 206, 416
NOTHING_RUNS = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'none'; sandbox"
"""For whoever opens a file as a page: it shows, and can do nothing else."""


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to send.

    Attributes:
        name: What the client shall call it.
        etag: Changes with the bytes: their checksum.
        open: Returns the bytes.
        is_inline: Whether a browser may show it on its own; else it is saved.
        accel: Address below which the proxy finds the file by itself, "" to send it ourselves.
        max_age: Seconds for which a browser may keep it without asking.
    """

    name: str
    content_type: str
    size_bytes: int
    etag: str
    open: Callable[[], IO[bytes]]
    is_inline: bool = False
    accel: str = ""
    max_age: int = 0


class _UnsatisfiableError(Exception):
    """The file has no such bytes."""


def download_response(request: HttpRequest, download: Download) -> HttpResponseBase:
    """Return the answer that sends a file, or the part of it that the client asks for."""
    etag = f'"{download.etag}"'
    if etag in request.headers.get("If-None-Match", ""):
        return _finished(HttpResponse(status=304), download, etag)
    if download.accel:
        answer = HttpResponse(content_type=download.content_type)
        answer["X-Accel-Redirect"] = quote(download.accel)
        return _finished(answer, download, etag)
    try:
        part = _part_of(request, download.size_bytes, etag)
    except _UnsatisfiableError:
        refusal = HttpResponse(status=UNSATISFIABLE)
        refusal["Content-Range"] = f"bytes */{download.size_bytes}"
        return refusal
    start, end = part or (0, download.size_bytes)
    streamed = StreamingHttpResponse(
        _Bytes(download.open(), start, end),
        status=PARTIAL if part else 200,
        content_type=download.content_type,
    )
    streamed["Content-Length"] = str(end - start)
    if part:
        streamed["Content-Range"] = f"bytes {start}-{end - 1}/{download.size_bytes}"
    return _finished(streamed, download, etag)


def _finished(answer: HttpResponseBase, download: Download, etag: str) -> HttpResponseBase:
    answer["ETag"] = etag
    answer["Accept-Ranges"] = "bytes"
    disposition = content_disposition_header(not download.is_inline, download.name)
    answer["Content-Disposition"] = disposition or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = NOTHING_RUNS
    answer["Cross-Origin-Resource-Policy"] = "cross-origin" if download.max_age else "same-origin"
    scope = "public" if download.max_age else "private"
    answer["Cache-Control"] = f"{scope}, max-age={download.max_age}, must-revalidate"
    return answer


def _part_of(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Return the first byte and the one after the last, None for the whole file.

    What is no single range of bytes means the whole file. Source: RFC 9110, 14.

    Raises:
        _UnsatisfiableError: The file has no such bytes.
    """
    found = SPEC.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return _tail(last, size)
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None  # such a range is invalid, and so passed over
    if start >= size:
        raise _UnsatisfiableError
    return start, end


def _tail(last: str, size: int) -> tuple[int, int] | None:
    if not last:
        return None
    if int(last) == 0 or size == 0:
        raise _UnsatisfiableError
    return max(size - int(last), 0), size


class _Bytes(Iterator[bytes]):
    """Some bytes of a stream; closed with the answer, even if none of them were sent."""

    def __init__(self, stream: IO[bytes], start: int, end: int) -> None:
        stream.seek(start)
        self._stream, self._left = stream, end - start

    def __next__(self) -> bytes:
        chunk = self._stream.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not chunk:
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._stream.close()
