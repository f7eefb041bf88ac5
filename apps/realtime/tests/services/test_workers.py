from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from celery import current_app

from apps.realtime.services import workers
from apps.realtime.services.workers import Workers, workers_ping

PONG = [{"celery@one": {"ok": "pong"}}]


class Ping:
    """Counts how often workers are asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> Any:
        self.count += 1
        return PONG


async def test_many_who_ask_cost_one_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    ping = Ping()
    asked = Workers(ping)
    found = await asyncio.gather(*(asked.answers() for _client in range(20)))
    assert (found, ping.count) == ([PONG] * 20, 1)
    assert await asked.answers() == PONG
    assert ping.count == 1
    monkeypatch.setattr(workers, "PING_KEEP_SECONDS", -1.0)
    assert await asked.answers() == PONG
    assert ping.count == 2


async def test_a_ping_that_hangs_is_nobodys_answer_and_is_not_joined_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "PING_SECONDS", 0.05)
    monkeypatch.setattr(workers, "PING_LATE_SECONDS", 0.0)
    go, calls = threading.Event(), Ping()

    def hang() -> Any:
        go.wait(10)
        return calls()

    asked = Workers(hang)
    assert await asked.answers() == []
    assert await asked.answers() == []
    go.set()
    assert asked._call is not None
    await asked._call
    assert (await asked.answers(), calls.count) == (PONG, 1)


async def test_a_ping_that_fails_is_nobodys_answer() -> None:
    def fail() -> Any:
        raise RuntimeError

    assert await Workers(fail).answers() == []


def test_without_a_worker_or_a_broker_nobody_answers(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "PING_SECONDS", 0.05)
    assert workers_ping() == []

    connect = current_app.connection_for_write

    def nowhere(**options: Any) -> Any:
        return connect("redis://127.0.0.1:1/0", **options)

    monkeypatch.setattr(current_app, "connection_for_write", nowhere)
    assert workers_ping() == []
    assert "out of reach" in caplog.text
