import asyncio
import signal
from collections.abc import Iterator
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.supervisors import multiprocess

from apps.monitor.services.health import health
from config.runtime import server as servers
from config.runtime.server import GRACE_SECONDS, OneOfMany, Server, Sockets, serve_many
from config.runtime.supervisor import listen

EVENTS: list[str] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    await receive()
    client = f"{scope['client'][0]}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": client})


@pytest.fixture(autouse=True)
def _not_draining(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_draining", False)


@pytest.fixture
def server() -> Iterator[Server]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    EVENTS.clear()
    yield Server(
        application,
        on_ready=lambda: EVENTS.append("ready"),
        on_stop=lambda: EVENTS.append("stop"),
    )
    for number, handler in kept.items():
        signal.signal(number, handler)


async def _ask(port: int, header: str = "") -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET / HTTP/1.1\r\nHost: x\r\n{header}Connection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


def test_one_of_many_is_unready_at_the_first_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_draining", False)
    one = OneOfMany(uvicorn.Config(application))
    one.handle_exit(signal.SIGTERM, None)
    assert health.is_draining
    assert one.should_exit


def test_each_of_many_processes_runs_our_server(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[multiprocess.Process] = []

    class Multiprocess:
        def __init__(self, config: Any, sockets: list[Any]) -> None:
            made.append(multiprocess.Process(config, sockets))

        def run(self) -> None:
            EVENTS.append("ran")

    monkeypatch.setattr(multiprocess, "Process", multiprocess.Process)
    monkeypatch.setattr(multiprocess, "Multiprocess", Multiprocess)
    with listen("127.0.0.1", 0) as listener:
        serve_many("config.asgi:application", listener, workers=2, start_seconds=60)
    assert isinstance(made[0].server, OneOfMany)
    assert made[0].server is made[0].server
    config = made[0].config
    assert (config.workers, config.timeout_worker_healthcheck) == (2, 60)
    assert config.proxy_headers is False


def test_it_tells_when_it_serves_and_when_it_was_told_to_stop(server: Server) -> None:
    listener = listen("127.0.0.1", 0)

    async def play() -> str:
        serving = asyncio.ensure_future(server.serve([listener]))
        while "ready" not in EVENTS:  # noqa: ASYNC110 - told by a plain function
            await asyncio.sleep(0.01)
        answer = await _ask(listener.getsockname()[1], "X-Forwarded-For: 1.2.3.4\r\n")
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(serving, GRACE_SECONDS + 2)
        return answer

    answer = asyncio.run(play())
    assert EVENTS == ["ready", "stop"]
    assert "127.0.0.1" in answer
    assert "1.2.3.4" not in answer  # whom to believe is decided elsewhere
    assert "server:" not in answer.lower()


def test_the_signal_is_not_raised_again_into_our_face(server: Server) -> None:
    signal.raise_signal(signal.SIGTERM)
    assert EVENTS == []


@pytest.mark.parametrize("end", ["run_asgi", "keepalive_timeout"])
async def test_a_socket_that_is_over_is_cut_even_if_the_client_reads_nothing(
    end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = asyncio.Event()

    class Transport:
        """As much of a connection as is needed to cut it."""

        abort = cut.set

    async def over(_self: Any) -> None:
        """The application returned."""

    monkeypatch.setattr(servers, "ABORT_SECONDS", 0.01)
    monkeypatch.setattr(WebSocketsSansIOProtocol, "run_asgi", over)
    monkeypatch.setattr(WebSocketsSansIOProtocol, "keepalive_timeout", lambda _self: None)
    socket = Sockets.__new__(Sockets)
    socket.loop, socket.transport = asyncio.get_running_loop(), cast(Any, Transport)
    ended = getattr(socket, end)()
    if ended is not None:
        await ended
    await asyncio.wait_for(cut.wait(), 3)
