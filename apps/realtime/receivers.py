"""Hear what services say to clients, and keep it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from apps.core.live import event_said
from apps.realtime.services.events import event_keep


@receiver(event_said, dispatch_uid="realtime")
def keep_event(
    user_id: int | None, topic: str, event: str, payload: dict[str, Any], **_kwargs: Any
) -> None:
    """Keep an event in the transaction in which it was said."""
    event_keep(user_id=user_id, topic=topic, name=event, payload=payload)
