from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import redis

from apps.core.cached import PRINCIPALS, user_tag
from apps.realtime.constants import ACCESS_CHANGED, MAX_POKES
from apps.realtime.services import pokes
from apps.realtime.services.pokes import clients_poke


@pytest.fixture
def poked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(pokes, "broadcast_now", lambda group, event: found.append((group, event)))
    return found


def test_a_user_is_poked_once_however_often_they_changed(poked: list[Any]) -> None:
    clients_poke(tags=[user_tag(3), "session:x", user_tag(4)])
    clients_poke(tags=[user_tag(3), "dict"])
    assert poked == []
    pokes._waiting.flush()
    assert sorted(poked) == [("user.3", ACCESS_CHANGED), ("user.4", ACCESS_CHANGED)]


@pytest.mark.parametrize(
    "tags", [[user_tag(3), PRINCIPALS], [user_tag(number) for number in range(MAX_POKES + 1)]]
)
def test_a_change_for_many_is_said_once(poked: list[Any], tags: list[str]) -> None:
    clients_poke(tags=tags)
    pokes._waiting.flush()
    assert poked == [("everyone", ACCESS_CHANGED)]


def test_nobody_is_told_while_the_layer_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_told: Any) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(pokes, "broadcast_now", fail)
    clients_poke(tags=[PRINCIPALS])
    pokes._waiting.flush()
    assert "clients are not told" in caplog.text


ENDING = """
import django
django.setup()
from apps.core.writebehind import WriteBehind
from apps.realtime.services.pokes import clients_poke
others = [WriteBehind(lambda pending: print(*pending), seconds=60) for _each in range(8)]
for number, other in enumerate(others):
    other.put(number, None)
clients_poke(tags=["user:1"])
"""


@pytest.mark.slow
def test_a_process_that_ends_loses_nothing_because_nobody_can_be_told() -> None:
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", ENDING], capture_output=True, text=True, check=False, timeout=60
    )
    assert sorted(ended.stdout.split()) == [str(number) for number in range(8)]
    assert "Traceback" not in ended.stderr
    assert "never awaited" not in ended.stderr
