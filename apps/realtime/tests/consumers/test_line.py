from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from apps.realtime import constants
from apps.realtime.consumers import line
from apps.realtime.consumers.line import Line


class Parrot(Line):
    """Repeats what it hears; falls over, or lets the client go, if it is told so."""

    left = 0

    async def leave(self) -> None:
        Parrot.left += 1

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data == "fall":
            raise ZeroDivisionError
        if text_data == "be gone":
            raise BrokenPipeError
        if text_data == "beside":
            self._beside = asyncio.create_task(self.guarded(self._fall()))
            return
        if text_data == "go":
            await self.close(constants.CLOSE_SIGN_IN)
            await self.close(constants.CLOSE_BAD)
        await self.send(text_data=text_data)

    async def _fall(self) -> None:
        raise ZeroDivisionError


async def _talk() -> WebsocketCommunicator:
    Parrot.left = 0
    talk = WebsocketCommunicator(Parrot.as_asgi(), "/")
    assert (await talk.connect())[0]
    return talk


@pytest.mark.parametrize(
    ("word", "level"), [("fall", "ERROR"), ("beside", "ERROR"), ("be gone", "INFO")]
)
async def test_what_nobody_expected_closes_the_socket_and_is_said_once(
    caplog: pytest.LogCaptureFixture, word: str, level: str
) -> None:
    caplog.set_level(logging.INFO, line.__name__)
    talk = await _talk()
    await talk.send_to(text_data=word)
    told = await talk.receive_output(3)
    assert (told["type"], told["code"]) == ("websocket.close", constants.CLOSE_FAULT)
    await talk.disconnect()
    assert Parrot.left == 1
    assert [record.levelname for record in caplog.records if record.exc_info] == [level]


async def test_a_client_that_is_gone_is_left_once() -> None:
    talk = await _talk()
    await talk.disconnect()
    assert Parrot.left == 1


async def test_nothing_is_said_or_heard_after_the_closing() -> None:
    talk = await _talk()
    await talk.send_to(text_data="go")
    assert (await talk.receive_output(3))["code"] == constants.CLOSE_SIGN_IN
    await talk.send_to(text_data="still there?")
    assert await talk.receive_nothing(0.1)
    assert Parrot.left == 1  # it is not waited for
    await talk.disconnect()


async def test_a_client_that_sends_too_much_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MESSAGES_BURST", 2)
    monkeypatch.setattr(line, "MESSAGES_PER_SECOND", 0.0)
    talk = await _talk()
    for _number in range(3):
        await talk.send_to(text_data="hello")
    told: list[Any] = [await talk.receive_output(3) for _number in range(3)]
    assert [message["type"] for message in told] == [
        "websocket.send",
        "websocket.send",
        "websocket.close",
    ]
    assert told[-1]["code"] == constants.CLOSE_TOO_MUCH
    await talk.disconnect()
