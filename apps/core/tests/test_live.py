import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import transaction
from django.dispatch import Signal

from apps.core import live
from apps.core.live import announce, broadcast, broadcast_now, broadcast_row, notify
from apps.core.topics import Topic

pytestmark = pytest.mark.django_db


class Layer:
    """As much of a channel layer as a broadcast needs."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    async def group_send(self, group: str, message: Any) -> None:
        self.sent.append((group, message))


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Layer:
    found = Layer()
    monkeypatch.setattr(live, "get_channel_layer", lambda: found)
    return found


def test_news_leave_after_the_commit(layer: Layer) -> None:
    with transaction.atomic():
        broadcast("user.1", "session.closed", sid="s")
        assert layer.sent == []
    assert layer.sent == [("user.1", {"type": "session.closed", "sid": "s"})]


def test_news_of_a_topic_name_it_and_ids_leave_whole(layer: Layer) -> None:
    broadcast_now("topic.shop.till", "till.opened", id=2**60, by=[{"id": 2**60}, 7, True], n=0.5)
    told = {"id": str(2**60), "by": [{"id": str(2**60)}, 7, True], "n": 0.5}
    assert layer.sent == [
        ("topic.shop.till", {"type": "till.opened", "topic": "shop.till", **told})
    ]


def test_news_of_an_undone_transaction_never_leave(layer: Layer) -> None:
    with transaction.atomic():
        broadcast("user.1", "session.closed")
        transaction.set_rollback(True)
    assert layer.sent == []


def test_without_a_layer_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "get_channel_layer", lambda: None)
    broadcast("user.1", "session.closed")


def test_the_layer_of_the_site_takes_them() -> None:
    async def hear() -> Any:
        there: Any = get_channel_layer()
        channel = await there.new_channel()
        await there.group_add("news", channel)
        await sync_to_async(broadcast_now)("news", "row.made", pk=1)
        return await asyncio.wait_for(there.receive(channel), 5)

    assert asyncio.run(hear()) == {"type": "row.made", "pk": 1}


def test_news_of_a_row_name_the_topic_and_the_row(layer: Layer) -> None:
    topic = Topic(name="shop.orders", label="orders", needs="shop:order:list", model="shop.Order")
    with transaction.atomic():
        broadcast_row(topic, "order.paid", pk=7, by=3)
        assert layer.sent == []
    told = {"type": "order.paid", "topic": "shop.orders", "pk": 7, "by": 3}
    assert layer.sent == [("topic.shop.orders", told)]


def test_what_is_to_be_kept_is_said_to_whoever_stands_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = Signal()
    monkeypatch.setattr(live, "event_said", said)
    notify(5, "task.progress", share=0.5)  # nobody is there to keep it
    heard: list[Any] = []

    def hear(**news: Any) -> None:
        heard.append((news["user_id"], news["topic"], news["event"], news["payload"]))

    said.connect(hear)
    notify(5, "task.progress", topic="x", user_id=1)
    announce("shop.orders", "order.paid", event=2)
    assert heard == [
        (5, "", "task.progress", {"topic": "x", "user_id": 1}),
        (None, "shop.orders", "order.paid", {"event": 2}),
    ]


@pytest.mark.django_db(transaction=True)
def test_what_was_written_stands_if_nobody_can_be_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ConnectionError

    monkeypatch.setattr(live, "get_channel_layer", fail)
    with transaction.atomic():
        broadcast("user.1", "session.closed")
    assert "on_commit" in caplog.text


def test_news_of_single_rows_are_not_kept_for_everybody() -> None:
    with pytest.raises(ValueError, match="single rows"):
        announce("accounts.users", "user.changed", pk=1)
