from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from apps.realtime import constants
from apps.realtime.consumers import visits
from apps.realtime.consumers.visits import GONE, Allowance, Visit


class Client:
    """The other end: what it sends lies ready, what it gets is kept."""

    def __init__(self, *messages: Any) -> None:
        self._messages = list(messages)
        self.got: list[Any] = []

    async def receive(self) -> Any:
        if not self._messages:
            await asyncio.sleep(60)
        return self._messages.pop(0)

    async def send(self, message: Any) -> None:
        self.got.append(message)


def _text(text: str | None, **more: Any) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": text, **more}


def _visit(client: Client) -> Visit:
    return Visit(client.receive, client.send, language="en", say_goodbye=client.send)


async def test_what_a_client_says_passes() -> None:
    client = Client({"type": "websocket.connect"}, _text("40"), {"type": "websocket.disconnect"})
    visit = _visit(client)
    assert [(await visit.receive())["type"] for _message in range(3)] == [
        "websocket.connect",
        "websocket.receive",
        "websocket.disconnect",
    ]


@pytest.mark.parametrize(
    "message",
    [
        _text("x"),
        _text(""),
        _text(None, bytes=b"4"),
        _text("4" * (constants.MAX_MESSAGE + 1)),
    ],
)
async def test_whoever_sends_what_they_may_not_is_gone(message: Any) -> None:
    visit = _visit(Client(message, _text("40")))
    assert await visit.receive() == GONE
    assert await visit.receive() == GONE


async def test_whoever_sends_too_much_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "FRAMES_BURST", 2)
    monkeypatch.setattr(visits, "FRAMES_PER_SECOND", 0.0)
    visit = _visit(Client(*[_text("3")] * 3))
    assert [(await visit.receive())["type"] for _message in range(3)] == [
        "websocket.receive",
        "websocket.receive",
        "websocket.disconnect",
    ]


async def test_whoever_does_not_sign_in_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "SIGN_IN_SECONDS", 0.05)
    heard: list[Any] = []

    async def serve(receive: Any, _send: Any) -> None:
        heard.append(await receive())

    await asyncio.wait_for(_visit(Client()).last(serve), 3)
    assert heard == [GONE]


def test_an_allowance_fills_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    allowance = Allowance(burst=2, per_second=1)
    assert [allowance.take() for _time in range(3)] == [True, True, False]
    now[0] += 1
    assert [allowance.take() for _time in range(2)] == [True, False]
    now[0] += 100
    assert [allowance.take() for _time in range(3)] == [True, True, False]
