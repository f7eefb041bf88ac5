"""How a service tells connected clients, without knowing the consumer.

What is broadcast is heard by whoever listens now. What is notified or announced is kept: an app
above writes it down in the same transaction, and who was away hears of it later.
"""

from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.dispatch import Signal

from apps.core.topics import GROUP, Topic, declared_topics
from apps.core.wire import wire_ids

event_said = Signal()
"""An event to keep, inside the transaction: `user_id` or None, `topic`, `event`, `payload`."""


def broadcast(group: str, event: str, /, **payload: Any) -> None:
    """Send an event to a Channels group once the current transaction has committed.

    Args:
        group: Group name, a constant of the app that owns it.
        event: `<subject>.<past participle>`: `session.closed`.
        payload: JSON-serialisable values; ids, never model instances.
    """

    def send() -> None:  # not a partial: Django asks a hook that fails for its name
        broadcast_now(group, event, **payload)

    # Robust: what was written stays written, and the client's answer good, if nobody can be told.
    transaction.on_commit(send, robust=True)


def broadcast_row(topic: Topic, event: str, /, *, pk: int, **payload: Any) -> None:
    """Tell of one row, after the commit, those of the listeners who may then see it.

    Args:
        topic: One that names the row's model; the consumer looks the row up for each listener.
        event: As for `broadcast`: `user.changed`.
        pk: The row. One that is deleted by then reaches nobody.
        payload: What everybody who may see the row may know.
    """
    broadcast(topic.group, event, topic=topic.name, pk=pk, **payload)


def broadcast_now(group: str, event: str, /, **payload: Any) -> None:
    """Send an event to a Channels group, for code that runs after the commit anyway.

    It carries its topic, if it is said in one, and its ids as they look on the wire.
    """
    message = {"type": event, **wire_ids(payload)}
    if group.startswith(GROUP):
        message.setdefault("topic", group.removeprefix(GROUP))
    layer = get_channel_layer()
    if layer is not None:  # None where CHANNEL_LAYERS is empty: nobody is connected
        async_to_sync(layer.group_send)(group, message)


def notify(user_id: int, event: str, /, **payload: Any) -> None:
    """Tell one user something that they must not miss, once the current transaction has committed.

    Args:
        event: `<subject>.<past participle>`, or `notice` with `title`, `text` and `url` for
            something that the console shows as it is.
        payload: JSON-serialisable values; ids, never model instances or whole documents.
    """
    event_said.send(sender=None, user_id=user_id, topic="", event=event, payload=payload)


def announce(topic: str, event: str, /, **payload: Any) -> None:
    """Tell those who follow a topic something that they must not miss; see `notify`.

    Args:
        topic: Name of a declared topic that is not sampled: `monitor.server`.

    Raises:
        ValueError: The topic tells of rows that not everybody may see: use `broadcast_row`.
    """
    if any(found.model for found in declared_topics() if found.name == topic):
        msg = f"{topic} tells of single rows; what is kept would reach all who follow it"
        raise ValueError(msg)
    event_said.send(sender=None, user_id=None, topic=topic, event=event, payload=payload)
