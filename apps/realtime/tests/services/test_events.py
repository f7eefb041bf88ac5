from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.core import live
from apps.realtime.models import Event
from apps.realtime.services import events
from apps.realtime.services.events import event_keep, events_prune

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(
        live, "broadcast_now", lambda group, _event, **told: found.append((group, told))
    )
    return found


def test_an_event_is_a_row_first_and_told_after_the_commit(sent: list[Any]) -> None:
    with transaction.atomic():
        event = event_keep(user_id=3, topic="", name="task.done", payload={"id": 5})
        assert Event.objects.filter(pk=event.pk).exists()
        assert sent == []
    group, message = sent.pop()
    assert (group, message["told"]["id"], message["told"]["data"]) == (
        "user.3",
        event.pk,
        {"id": 5},
    )


def test_ids_are_kept_as_they_leave(sent: list[Any]) -> None:
    event = event_keep(user_id=3, topic="", name="task.done", payload={"ids": [2**60]})
    event.refresh_from_db()
    assert event.payload == {"ids": [str(2**60)]}


def test_an_event_of_an_undone_transaction_was_never_said(sent: list[Any]) -> None:
    with transaction.atomic():
        event_keep(user_id=3, topic="", name="task.done", payload={})
        transaction.set_rollback(True)
    assert (sent, Event.objects.count()) == ([], 0)


def test_an_event_of_a_topic_goes_to_whoever_follows_it(sent: list[Any]) -> None:
    event_keep(user_id=None, topic="shop.orders", name="order.paid", payload={})
    assert sent[0][0] == "topic.shop.orders"


@pytest.mark.parametrize(("user_id", "topic"), [(None, ""), (3, "news")])
def test_an_event_is_for_one_user_or_for_one_topic(user_id: int | None, topic: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        event_keep(user_id=user_id, topic=topic, name="task.done", payload={})


def test_old_events_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PRUNE_BATCH", 2)
    now = timezone.now()
    for days in (30, 20, 10, 8, 1):
        moment = now - timedelta(days=days)
        Event.objects.create(user_id=3, name="task.done", created_at=moment)
    assert events_prune(days=0) == 0
    assert events_prune(days=7) == 4
    assert Event.objects.count() == 1


def test_texts_and_moments_are_kept_as_json(sent: list[Any]) -> None:
    payload = {"title": gettext_lazy("event"), "at": datetime(2026, 1, 2, tzinfo=UTC)}
    event = event_keep(user_id=3, topic="", name="notice", payload=payload)
    event.refresh_from_db()
    assert event.payload == {"title": "event", "at": "2026-01-02T00:00:00Z"}
    assert sent[0][1]["told"]["data"] == event.payload
