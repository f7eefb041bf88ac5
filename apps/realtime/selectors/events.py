"""Events that were kept: those after an id, as clients ask for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from apps.core.times import iso_time
from apps.core.wire import wire_id
from apps.realtime.constants import (
    KEPT,
    LOOK_BACK_SECONDS,
    MAX_REPLAY,
    MAX_SWEPT,
    SWEEP_SECONDS,
)
from apps.realtime.models import Event

MAX_ID = 2**63 - 1


class Missed(NamedTuple):
    """What a client has not heard.

    Attributes:
        events: At most `MAX_REPLAY`, oldest first.
        is_gap: Whether there is, or may have been, more: the client has to load anew.
    """

    events: list[Event]
    is_gap: bool


def latest_id() -> int:
    """Return the id of the newest event, 0 where there is none."""
    found: int | None = Event.objects.aggregate(latest=Max("pk"))["latest"]
    return found or 0


def id_read(value: Any) -> int | None:
    """Return an id as clients send it: a number, or a text of digits; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value) if len(value) <= len(str(MAX_ID)) else None
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_ID
    return value if is_id else None


def events_missed(
    *, since: int, user_id: int | None = None, topics: Collection[str] = ()
) -> Missed:
    """Return what was said to a user and in topics after an event, whoever that was for.

    Transactions commit in any order, so an event with a lower id may have become visible after
    this one was heard. Those of the seconds before it are returned, too; who has heard them knows
    them by their id.

    Args:
        since: Id of the last event that the client heard; 0 for all there are.
        user_id: None for topics alone.
        topics: Names.
    """
    last = Event.objects.filter(pk__lte=since).order_by("-pk").first()
    rows = Event.objects.exclude(pk=since)
    if last is not None:
        rows = rows.filter(pk__gte=_lowest_beside(last))
    found: list[Event] = []
    if user_id is not None:
        found += _first(rows.filter(user_id=user_id))
    if topics:
        found += _first(rows.filter(topic__in=topics))
    found.sort(key=lambda event: event.pk)
    is_forgotten = last is None and since > 0
    return Missed(found[:MAX_REPLAY], is_forgotten or len(found) > MAX_REPLAY)


def _lowest_beside(last: Event) -> int:
    """Return the lowest id that was drawn within seconds of an event."""
    apart = timedelta(seconds=LOOK_BACK_SECONDS)
    beside = Event.objects.filter(
        created_at__range=(last.created_at - apart, last.created_at + apart), pk__lte=last.pk
    )
    found: int = beside.aggregate(lowest=Min("pk"))["lowest"]
    return found


def _first(rows: QuerySet[Event]) -> list[Event]:
    return list(rows.order_by("pk")[: MAX_REPLAY + 1])


def events_of_late() -> list[Event]:
    """Return what was said since the look before, oldest first, with those that came late."""
    since = timezone.now() - timedelta(seconds=SWEEP_SECONDS + LOOK_BACK_SECONDS)
    newest = Event.objects.filter(created_at__gte=since).order_by("-pk")[:MAX_SWEPT]
    return list(reversed(newest))


def own_events(*, user_id: int, since: int) -> QuerySet[Event]:
    """Return what was said to a user after an event, oldest first."""
    return Event.objects.filter(user_id=user_id, pk__gt=since).order_by("pk")


def settled_id(*, user_id: int) -> int:
    """Return the id up to which nothing can be missing any more of what was said to a user."""
    settled = timezone.now() - timedelta(seconds=LOOK_BACK_SECONDS)
    rows = Event.objects.filter(user_id=user_id, created_at__lt=settled)
    found = rows.order_by("-pk").values_list("pk", flat=True).first()
    return found or 0


def message_of(event: Event) -> dict[str, Any]:
    """Return an event as it goes through the channel layer, and from there to the clients."""
    return {
        "type": KEPT,
        "told": {
            "type": "event",
            "id": wire_id(event.pk),
            "event": event.name,
            "topic": event.topic or None,
            "at": iso_time(event.created_at),
            "data": event.payload,
        },
    }
