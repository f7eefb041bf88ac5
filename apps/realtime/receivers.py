"""Hear what services say to clients, and when what users may do has changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.dispatch import receiver

from apps.core.cached import tags_ended
from apps.core.live import event_said
from apps.realtime.services.events import event_keep
from apps.realtime.services.pokes import clients_poke


@receiver(event_said, dispatch_uid="realtime")
def keep_event(
    user_id: int | None, topic: str, event: str, payload: dict[str, Any], **_kwargs: Any
) -> None:
    """Keep an event in the transaction in which it was said."""
    event_keep(user_id=user_id, topic=topic, name=event, payload=payload)


@receiver(tags_ended, dispatch_uid="realtime")
def poke_clients(tags: Iterable[str], **_kwargs: Any) -> None:
    """Let those look again at what they may do whose snapshots have ended."""
    clients_poke(tags=tags)
