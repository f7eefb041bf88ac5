"""`python -m bench.drills.sockets`: a thousand sockets at one process of `up`.

It measures the memory that they take and how long news take to reach all of them, then lets one
client stop reading while the others listen on. It passes if the memory and the times keep their
bounds, and if the client that reads nothing is gone in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect

from bench.drills.outage import Client
from bench.drills.services import wait_for

ROOT = Path(__file__).resolve().parents[2]
MAX_MEGABYTES = 150.0
MAX_SECONDS = 2.0
WARM = 20
ROUNDS = 3
CALM_SECONDS = 6.0
"""After a sign-in all sockets of that user look at what they may do; the push comes after it."""

AT_ONCE = 50
DROP_SECONDS = 60.0
MEGABYTE = 1024 * 1024


@contextmanager
def served(port: int) -> Iterator[psutil.Process]:
    """Run `up`, and give the process that serves."""
    with tempfile.TemporaryDirectory() as folder, Path(folder, "log").open("w") as log:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.drills.settings",
            "ATRIUM_DEMO": "1",
            "ATRIUM_DATA_DIR": folder,
        }
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        up = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)  # noqa: S603 - our own command
        try:
            wait_for(port)
            yield psutil.Process(up.pid).children()[0]
        finally:
            up.terminate()
            up.wait()


class Crowd:
    """Clients that listen."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}/ws/events"
        self._origin: Any = f"http://127.0.0.1:{port}"
        self._sockets: list[ClientConnection] = []

    async def grow(self, count: int, token: str) -> None:
        """Open so many more sockets, some at a time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with gate:
                self._sockets.append(await self._open(token))

        await asyncio.gather(*(one() for _number in range(count)))

    async def _open(self, token: str) -> ClientConnection:
        made = await connect(self._url, origin=self._origin, open_timeout=60)
        await made.send(json.dumps({"type": "authenticate", "token": token}))
        await _until(made, "ready")
        return made

    async def hear(self, sid: str) -> list[float]:
        """Return when each client heard that a session was closed."""
        return await asyncio.gather(*(_closed(made, sid) for made in self._sockets))

    async def end(self) -> None:
        """Close all."""
        await asyncio.gather(*(made.close() for made in self._sockets))


async def _until(made: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        told: dict[str, Any] = json.loads(await made.recv())
        if told["type"] == kind:
            return told


async def _closed(made: ClientConnection, sid: str) -> float:
    while True:
        told = await _until(made, "event")
        if told["event"] == "session.closed" and told["data"]["sid"] == sid:
            return time.perf_counter()


async def push(client: Client, crowd: Crowd) -> float:
    """Close a session of the user whom all listen as; return the seconds until all heard it."""
    other = Client(int(client.base.rpartition(":")[2]))
    body = {"username": "admin", "password": "123456"}
    _status, answer = await asyncio.to_thread(other.ask, "/api/v1/auth/login", body)
    other.token = answer["data"]["access_token"]
    hearing = asyncio.ensure_future(crowd.hear(answer["data"]["session_uuid"]))
    await asyncio.sleep(CALM_SECONDS)
    begun = time.perf_counter()
    await asyncio.to_thread(other.ask, "/api/v1/auth/logout", {})
    return max(await asyncio.wait_for(hearing, 60)) - begun


def deaf_client(port: int, token: str) -> float:
    """Ask without end and read nothing; return the seconds until the connection is cut."""
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(DROP_SECONDS)
        made.connect(("127.0.0.1", port))
        made.sendall(
            f"GET /ws/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        made.recv(1024)
        begun = time.perf_counter()
        with suppress(OSError):
            made.sendall(_frame({"type": "authenticate", "token": token}))
            while time.perf_counter() - begun < DROP_SECONDS:
                # The name comes back with the refusal, which fills what the server may buffer.
                made.sendall(_frame({"type": "subscribe", "topic": os.urandom(3_500).hex()}))
                time.sleep(0.001)
        return time.perf_counter() - begun


def _frame(message: dict[str, Any]) -> bytes:
    """Return a masked text frame; the mask is zero. Source: RFC 6455, 5.2."""
    text = json.dumps(message).encode()
    return bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2, "big") + bytes(4) + text


async def drill(port: int, server: psutil.Process, count: int) -> list[str]:
    """Return what broke its bounds, and print what was measured."""
    client, crowd = Client(port), Crowd(port)
    await asyncio.to_thread(client.sign_in)
    await crowd.grow(WARM, client.token)
    await push(client, crowd)
    before = server.memory_info().rss
    begun = time.perf_counter()
    await crowd.grow(count, client.token)
    opened = time.perf_counter() - begun
    used = _processor(server)
    times = [await push(client, crowd) for _round in range(ROUNDS)]
    used = (_processor(server) - used) / ROUNDS
    taken = (server.memory_info().rss - before) / MEGABYTE
    deaf = asyncio.ensure_future(asyncio.to_thread(deaf_client, port, client.token))
    beside = [await push(client, crowd) for _round in range(ROUNDS)]
    dropped = await deaf
    await crowd.end()
    lines = {
        f"{count} sockets opened, s": opened,
        f"memory of {count} sockets, MB": taken,
        "processor time of a round, s": used,
        "slowest of the pushes to all, s": max(times),
        "the same beside a deaf client, s": max(beside),
        "until the deaf client was cut, s": dropped,
    }
    for name, figure in lines.items():
        sys.stdout.write(f"{name:36} {figure:8.2f}\n")
    bounds = {
        "memory": taken < MAX_MEGABYTES,
        "pushes": max(times) < MAX_SECONDS,
        "pushes beside a deaf client": max(beside) < MAX_SECONDS,
        "the deaf client": dropped < DROP_SECONDS,
    }
    return [name for name, is_kept in bounds.items() if not is_kept]


def _processor(server: psutil.Process) -> float:
    times = server.cpu_times()
    return times.user + times.system


def main() -> None:
    """Run the drill; end with 1 where it fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.drills.sockets", description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--port", type=int, default=8301)
    asked = parser.parse_args()
    with served(asked.port) as server:
        broken = asyncio.run(drill(asked.port, server, asked.sockets))
    if broken:
        raise SystemExit("broken: " + "; ".join(broken))


if __name__ == "__main__":
    main()
