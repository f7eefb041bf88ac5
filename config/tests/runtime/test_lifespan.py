import asyncio

import pytest
from asgiref.testing import ApplicationCommunicator

from config.runtime.layers import home
from config.runtime.lifespan import Lifespan


async def test_start_and_stop_are_answered_and_the_home_loop_is_known_between() -> None:
    server = ApplicationCommunicator(Lifespan(), {"type": "lifespan"})
    await server.send_input({"type": "lifespan.startup"})
    assert await server.receive_output() == {"type": "lifespan.startup.complete"}
    entered: object = home.loop
    assert entered is asyncio.get_running_loop()
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output() == {"type": "lifespan.shutdown.complete"}
    left: object = home.loop
    assert left is None
    await server.wait()


async def test_what_is_pending_is_written_before_the_server_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    monkeypatch.setattr("config.runtime.lifespan.run_all", lambda: written.append("all"))
    server = ApplicationCommunicator(Lifespan(), {"type": "lifespan"})
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output() == {"type": "lifespan.shutdown.complete"}
    assert written == ["all"]
