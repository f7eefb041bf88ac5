"""Events that are kept: written down where they happen, told once that has committed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from apps.core.live import broadcast
from apps.core.wire import wire_ids
from apps.realtime.constants import PRUNE_BATCH
from apps.realtime.models import Event
from apps.realtime.selectors.events import message_of


@transaction.atomic
def event_keep(*, user_id: int | None, topic: str, name: str, payload: dict[str, Any]) -> Event:
    """Write an event down in the current transaction, and tell those who listen after the commit.

    Args:
        user_id: Whom it is for; None for those who follow the topic.
        topic: "" for an event that is for one user.
    """
    # The row and the poke hold the same: JSON, whatever moments or lazy texts came in.
    plain = wire_ids(json.loads(json.dumps(payload, cls=DjangoJSONEncoder)))
    event = Event(user_id=user_id, topic=topic, name=name, payload=plain)
    event.save(force_insert=True)
    message = message_of(event)
    broadcast(event.group, message["type"], told=message["told"])
    return event


def events_prune(*, days: int) -> int:
    """Delete events that are older than so many days, and return how many; 0 days delete none."""
    if not days:
        return 0
    old = Event.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
    total = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:PRUNE_BATCH]):
        total += Event.objects.filter(pk__in=keys).delete()[0]
    return total
