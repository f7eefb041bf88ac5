from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError

from apps.realtime.models import Event
from apps.realtime.services import sweeps
from apps.realtime.services.sweeps import Sweep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 0.02)


def _make(**columns: Any) -> Event:
    return Event.objects.create(name="task.done", **columns)


async def test_events_reach_those_of_their_group_even_if_nobody_poked() -> None:
    sweep = Sweep()
    heard: asyncio.Queue[tuple[int, Any]] = asyncio.Queue()
    others: list[int] = []

    def hear(number: int, told: Any) -> None:
        heard.put_nowait((number, told))

    def hear_other(number: int, _told: Any) -> None:
        others.append(number)

    sweep.join("user.7", hear)
    sweep.join("topic.news", hear)
    sweep.join("user.8", hear_other)
    rows = [
        await sync_to_async(_make)(**columns)
        for columns in ({"user_id": 7}, {"user_id": 9}, {"topic": "news"})
    ]
    seen: dict[int, Any] = {}
    while len(seen) < 2:
        number, told = await asyncio.wait_for(heard.get(), 3)
        seen[number] = told
    assert {rows[0].pk, rows[2].pk} == set(seen)
    assert seen[rows[2].pk]["topic"] == "news"
    for group, listener in (("user.7", hear), ("topic.news", hear), ("user.8", hear_other)):
        sweep.leave(group, listener)
    assert (sweep._task, others) == (None, [])


async def test_the_looking_goes_on_when_the_database_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[Any] = [DatabaseError, []]
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look() -> Any:
        answer = answers.pop(0) if answers else []
        if answer is DatabaseError:
            raise DatabaseError
        loop.call_soon_threadsafe(asked.set)
        return answer

    monkeypatch.setattr(sweeps, "events_of_late", look)
    sweep = Sweep()
    sweep.join("user.7", lambda _number, _told: None)
    await asyncio.wait_for(asked.wait(), 3)
    assert sweep._task is not None
    sweep._task.cancel()
