"""How a service tells connected clients, without knowing the consumer."""

from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from apps.core.topics import Topic


def broadcast(group: str, event: str, /, **payload: Any) -> None:
    """Send an event to a Channels group once the current transaction has committed.

    Args:
        group: Group name, a constant of the app that owns it.
        event: `<subject>.<past participle>`: `session.closed`.
        payload: JSON-serialisable values; ids, never model instances.
    """
    # Robust: what was written stays written, and the client's answer good, if nobody can be told.
    transaction.on_commit(partial(_send, group, {"type": event, **payload}), robust=True)


def broadcast_row(topic: Topic, event: str, /, *, pk: int, **payload: Any) -> None:
    """Tell of one row, after the commit, those of the listeners who may then see it.

    Args:
        topic: One that names the row's model; the consumer looks the row up for each listener.
        event: As for `broadcast`: `user.changed`.
        pk: The row. One that is deleted by then reaches nobody.
        payload: What everybody who may see the row may know.
    """
    broadcast(topic.group, event, topic=topic.name, pk=pk, **payload)


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:  # None where CHANNEL_LAYERS is empty: nobody is connected
        async_to_sync(layer.group_send)(group, message)
