"""A small HTTP/1.1 load: keep-alive connections that ask as fast as they are answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count

_numbers = count()


@dataclass
class Figures:
    """What one load came to. Times in milliseconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def rate(self) -> float:
        """Return the requests answered per second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the time that `share` of the requests stayed below."""
        ranked = sorted(self.times)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


@dataclass(frozen=True)
class Target:
    """One request, repeated."""

    path: str
    method: str = "GET"
    token: str = ""
    body: bytes = b""
    is_many_clients: bool = False
    """Whether each request says that it comes from another address, behind a trusted proxy."""


async def load(port: int, target: Target, *, connections: int, seconds: float) -> Figures:
    """Ask `target` over some connections for some seconds and return what it came to."""
    figures = Figures()
    started = time.perf_counter()
    ends = started + seconds
    await asyncio.gather(*(_ask(port, target, figures, ends) for _each in range(connections)))
    figures.seconds = time.perf_counter() - started
    return figures


async def _ask(port: int, target: Target, figures: Figures, ends: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    message = _message(port, target)
    while (began := time.perf_counter()) < ends:
        writer.write(_message(port, target) if target.is_many_clients else message)
        status = await _answer(reader)
        figures.times.append((time.perf_counter() - began) * 1000)
        figures.failures += status != 200  # noqa: PLR2004 - the one status that counts
    writer.close()


def _message(port: int, target: Target) -> bytes:
    lines = [f"{target.method} {target.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if target.token:
        lines.append(f"Authorization: Bearer {target.token}")
    if target.is_many_clients:
        number = next(_numbers)
        lines.append(f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    if target.body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(target.body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + target.body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)
    return status
