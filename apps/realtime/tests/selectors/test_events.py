from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.realtime.constants import LOOK_BACK_SECONDS
from apps.realtime.models import Event
from apps.realtime.selectors import events
from apps.realtime.selectors.events import (
    events_missed,
    id_read,
    latest_id,
    message_of,
    own_events,
    settled_id,
)

pytestmark = pytest.mark.django_db
LONG_AGO = LOOK_BACK_SECONDS + 5


def _make(*, user_id: int | None = 7, topic: str = "", ago: float = 0.0) -> Event:
    moment = timezone.now() - timedelta(seconds=ago)
    return Event.objects.create(
        user_id=None if topic else user_id, topic=topic, name="task.done", created_at=moment
    )


def _missed(since: int, topics: Any = ()) -> list[int]:
    return [event.pk for event in events_missed(since=since, user_id=7, topics=topics).events]


def test_what_was_said_to_a_user_and_in_their_topics_is_missed_in_order() -> None:
    first = _make(ago=LONG_AGO)
    ours = [_make(), _make(topic="news"), _make()]
    _make(user_id=8)
    _make(topic="secret")
    assert _missed(first.pk, {"news"}) == [event.pk for event in ours]
    assert _missed(ours[-1].pk + 100) == [ours[0].pk, ours[2].pk]
    found = events_missed(since=first.pk, topics=["news"])
    assert ([event.pk for event in found.events], found.is_gap) == ([ours[1].pk], False)


def test_what_may_have_become_visible_late_is_looked_for_before_the_last_one() -> None:
    old = _make(ago=2 * LONG_AGO)
    late = _make(ago=LOOK_BACK_SECONDS - 5)
    heard = _make()
    new = _make()
    assert _missed(heard.pk) == [late.pk, new.pk]
    assert old.pk not in _missed(heard.pk)


def test_from_the_start_everything_is_missed() -> None:
    rows = [_make(ago=1_000), _make()]
    found = events_missed(since=0, user_id=7)
    assert ([event.pk for event in found.events], found.is_gap) == ([row.pk for row in rows], False)
    Event.objects.all().delete()
    assert events_missed(since=0, user_id=7) == ([], False)


def test_more_than_is_replayed_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MAX_REPLAY", 2)
    rows = [_make(), _make(topic="news"), _make()]
    found = events_missed(since=0, user_id=7, topics=["news"])
    assert ([event.pk for event in found.events], found.is_gap) == (
        [row.pk for row in rows[:2]],
        True,
    )


def test_an_event_that_is_forgotten_is_a_gap() -> None:
    forgotten = _make(ago=LONG_AGO)
    kept = _make()
    Event.objects.filter(pk=forgotten.pk).delete()
    found = events_missed(since=forgotten.pk, user_id=7)
    assert ([event.pk for event in found.events], found.is_gap) == ([kept.pk], True)


def test_own_events_are_settled_after_a_while() -> None:
    assert (latest_id(), settled_id(user_id=7)) == (0, 0)
    settled, other = _make(ago=LONG_AGO), _make(user_id=8, ago=LONG_AGO)
    fresh = _make()
    assert latest_id() == fresh.pk
    assert settled_id(user_id=7) == settled.pk
    assert list(own_events(user_id=7, since=settled.pk)) == [fresh]
    assert other not in own_events(user_id=7, since=0)


def test_an_event_goes_through_the_layer_as_it_leaves() -> None:
    told = message_of(_make(topic="news"))["told"]
    assert (told["type"], told["event"], told["topic"], told["data"]) == (
        "event",
        "task.done",
        "news",
        {},
    )


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_lower_id_that_is_committed_later_is_not_missed() -> None:
    """Two connections, as two processes have them; needs a server, SQLite has one writer."""
    if connection.vendor == "sqlite":
        pytest.skip("needs a database server: DATABASE_URL is not set")
    first = _make(ago=LONG_AGO)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            # The row is written, with its id, by a transaction that is not over yet.
            late_id = _insert(cursor)
            with transaction.atomic():
                heard = _make()
            assert late_id < heard.pk
            assert _missed(first.pk) == [heard.pk]
        other.commit()
    finally:
        other.close()
    assert _missed(heard.pk) == [late_id]


@pytest.mark.parametrize(
    ("told", "read"),
    [(5, 5), ("5", 5), (0, 0), (-1, None), (True, None), ("", None), ("\u0665", None), ([], None)],
)
def test_an_id_is_a_number_or_a_text_of_digits(told: Any, read: int | None) -> None:
    assert id_read(told) == read


def _insert(cursor: Any) -> int:
    columns = "user_id, topic, name, payload, created_at"
    cursor.execute(
        f"INSERT INTO realtime_event ({columns}) VALUES (7, '', 'task.done', '{{}}', %s)",  # noqa: S608
        [timezone.now()],
    )
    cursor.execute("SELECT MAX(id) FROM realtime_event")
    found: int = cursor.fetchone()[0]
    return found
