from __future__ import annotations

from typing import Any

import pytest

from apps.realtime.consumers import ledger as ledgers
from apps.realtime.consumers.ledger import Ledger


def _told(*ids: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in ids]


@pytest.fixture
def sent() -> list[dict[str, Any]]:
    return []


def test_an_event_is_sent_once(sent: list[dict[str, Any]]) -> None:
    ledger = Ledger(sent.append)
    for told in _told(1, 2, 1):
        ledger.tell(told)
    assert sent == _told(1, 2)


def test_live_events_wait_for_those_that_are_replayed(sent: list[dict[str, Any]]) -> None:
    ledger = Ledger(sent.append)
    ledger.hold()
    ledger.tell({"id": 3})
    ledger.tell({"id": 2})
    ledger.pass_on({"id": 1})
    ledger.pass_on({"id": 2})
    assert sent == _told(1, 2)
    while (told := ledger.take_held()) is not None:
        ledger.pass_on(told)
    ledger.release()
    ledger.tell({"id": 4})
    assert sent == _told(1, 2, 3, 4)


def test_the_last_of_several_replays_lets_them_go(sent: list[dict[str, Any]]) -> None:
    ledger = Ledger(sent.append)
    ledger.hold()
    ledger.hold()
    ledger.tell({"id": 1})
    assert ledger.take_held() is None
    ledger.release()
    assert ledger.take_held() == {"id": 1}


def test_what_is_remembered_and_held_has_bounds(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "MAX_HEARD", 2)
    monkeypatch.setattr(ledgers, "MAX_REPLAY", 1)
    ledger = Ledger(sent.append)
    for told in _told(1, 2, 3, 1):
        ledger.tell(told)
    assert sent == _told(1, 2, 3, 1)
    ledger.hold()
    ledger.tell({"id": 8})
    assert not ledger.has_lost
    ledger.tell({"id": 9})
    assert ledger.has_lost
