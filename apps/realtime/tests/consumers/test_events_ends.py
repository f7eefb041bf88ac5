"""How the socket of events ends, and what is left of it: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator

from apps.access.models import Menu, Role
from apps.accounts.choices import Channel
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.core.cached import PRINCIPALS, invalidate
from apps.core.guards import Access
from apps.core.topics import Topic
from apps.realtime import constants
from apps.realtime.consumers import events as consumers
from apps.realtime.consumers import line, seats
from apps.realtime.consumers.events import EventsConsumer
from apps.realtime.services.samplers import forget_samplers, sampler_of
from apps.realtime.services.sweeps import sweep

pytestmark = [pytest.mark.django_db(transaction=True)]
FIGURES = Topic(
    name="test.figures",
    label="figures",
    needs=Access.SIGNED_IN,
    sample="apps.realtime.tests.consumers.test_events_ends.sample",
    seconds=0.02,
)
NEWS = Topic(name="test.news", label="news", needs="test:news:list")
Talk = WebsocketCommunicator


def sample() -> int:
    return 1


@pytest.fixture(autouse=True)
def _topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "declared_topics", lambda: iter((FIGURES, NEWS)))
    forget_samplers()


@pytest.fixture
def holder(make_user: Callable[..., Any]) -> User:
    """Somebody who may hear news."""
    role = Role.objects.create(name="crew")
    role.menus.add(Menu.objects.create(name="N", title="N", kind=1, perms="test:news:list"))
    made: User = make_user(roles=[role])
    return made


@pytest.fixture
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be looked at permissions all the time."""
    monkeypatch.setattr(consumers, "SIGN_IN_SECONDS", 1.0)
    monkeypatch.setattr(consumers, "WATCH_SECONDS", 0.05)


@asynccontextmanager
async def _talk(user: User, *topics: Topic) -> AsyncIterator[Talk]:
    """Give a socket on which a user follows topics."""
    talk = Talk(EventsConsumer.as_asgi(), "/ws/events")
    assert (await talk.connect())[0]
    pair = await sync_to_async(session_open)(user=user, channel=Channel.API)
    await talk.send_json_to({"type": "authenticate", "token": pair.access})
    assert (await talk.receive_json_from(3))["type"] == "ready"
    for topic in topics:
        await talk.send_json_to({"type": "subscribe", "topic": topic.name})
        while (await talk.receive_json_from(3))["type"] != "subscribed":
            pass
    try:
        yield talk
    finally:
        await talk.disconnect()


async def _closed(talk: Talk) -> int:
    while (output := await talk.receive_output(5))["type"] != "websocket.close":
        pass
    code: int = output["code"]
    return code


async def _until(is_so: Callable[[], bool]) -> None:
    for _time in range(200):
        if is_so():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it does not become so")


def _take_away() -> None:
    Menu.objects.filter(name="N").update(is_active=False)
    invalidate(PRINCIPALS)


def _left_over() -> tuple[Any, ...]:
    """Return what a process has of its sockets: their count, their tasks, their listeners."""
    tasks = [task for task in asyncio.all_tasks() if "Line" in repr(task.get_coro())]
    layer: Any = get_channel_layer()
    groups = {name for name, members in layer.groups.items() if members}
    listeners = (dict(sweep._listeners), set(sampler_of(FIGURES)._listeners))
    return EventsConsumer.open_count, tasks, groups, *listeners


async def test_nothing_is_left_of_a_socket_that_fell_over(
    holder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _left_over()

    async def fall(*_asked: Any) -> None:
        raise ZeroDivisionError

    async with _talk(holder, FIGURES, NEWS) as talk:
        assert _left_over() != before
        monkeypatch.setattr(EventsConsumer, "_strike", fall)
        await talk.send_json_to({"type": "nonsense"})
        assert await _closed(talk) == constants.CLOSE_FAULT
        await _until(lambda: _left_over() == before)


@pytest.mark.parametrize("name", ["from_cookie", "user_of"])
async def test_a_socket_that_falls_over_at_its_beginning_is_counted_out(
    user: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = EventsConsumer.open_count

    def fall(*_asked: Any, **_named: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(consumers, name, fall)
    pair = await sync_to_async(session_open)(user=user, channel=Channel.API)
    talk = Talk(EventsConsumer.as_asgi(), "/ws/events")
    await talk.connect()
    await talk.send_json_to({"type": "authenticate", "token": pair.access})
    assert await _closed(talk) == constants.CLOSE_FAULT
    await talk.disconnect()
    assert EventsConsumer.open_count == before


@pytest.mark.usefixtures("_eager")
async def test_a_layer_that_is_away_for_a_moment_ends_no_watch(
    holder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer: Any = get_channel_layer()
    discard, failures = layer.group_discard, [1, 1]

    async def away(group: str, channel: str) -> None:
        if failures:
            failures.pop()
            msg = "away"
            raise RuntimeError(msg)
        await discard(group, channel)

    async with _talk(holder, NEWS) as talk:
        monkeypatch.setattr(layer, "group_discard", away)
        await sync_to_async(_take_away)()
        told = await talk.receive_json_from(5)
        assert told == {"type": "unsubscribed", "topic": NEWS.name, "code": 403}
        # Still of the group, and told nothing.
        await layer.group_send(NEWS.group, {"type": "news.told", "topic": NEWS.name})
        await _until(lambda: not layer.groups.get(NEWS.group))
        await sync_to_async(User.objects.filter(pk=holder.pk).update)(is_active=False)
        await sync_to_async(invalidate)(PRINCIPALS)
        heard = [await talk.receive_json_from(5)]
        while heard[-1]["type"] != "error":
            heard.append(await talk.receive_json_from(5))
        assert "news.told" not in {told.get("event") for told in heard}
        assert await _closed(talk) == constants.CLOSE_SIGN_IN


@pytest.mark.usefixtures("_eager")
async def test_a_watch_that_cannot_go_on_ends_the_socket(
    holder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_asked: Any) -> Any:
        raise ZeroDivisionError

    async with _talk(holder) as talk:
        monkeypatch.setattr(consumers, "look", fall)
        assert await _closed(talk) == constants.CLOSE_FAULT


async def test_of_a_topic_that_is_not_followed_nothing_is_said(holder: User) -> None:
    layer: Any = get_channel_layer()
    own = f"user.{holder.pk}"
    async with _talk(holder, NEWS) as talk:
        for topic in ("test.gone", NEWS.name):
            told = {"id": topic, "type": "event", "topic": topic}
            await layer.group_send(own, {"type": constants.KEPT, "told": told})
            await layer.group_send(own, {"type": "test.told", "topic": topic})
        heard = [await talk.receive_json_from(3) for _number in range(2)]
        assert {told["topic"] for told in heard} == {NEWS.name}
        assert await talk.receive_nothing(0.1)


async def test_a_token_that_was_shown_is_not_looked_at_again(holder: User) -> None:
    talk = Talk(EventsConsumer.as_asgi(), "/ws/events")
    assert (await talk.connect())[0]
    pair = await sync_to_async(session_open)(user=holder, channel=Channel.API)
    told = {"type": "authenticate", "token": pair.access}
    await talk.send_json_to(told)
    assert (await talk.receive_json_from(3))["type"] == "ready"
    for _number in range(1, constants.MAX_STRIKES):
        await talk.send_json_to(told)
        assert (await talk.receive_json_from(3))["reason"] == "realtime.bad"
    await talk.send_json_to(told)
    assert await _closed(talk) == constants.CLOSE_BAD
    await talk.disconnect()


async def test_a_flood_is_not_answered_to_its_end(
    holder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "MESSAGES_BURST", 10)
    async with _talk(holder) as talk:
        for _number in range(20):
            await talk.send_json_to({"type": "ping"})
        assert await _closed(talk) == constants.CLOSE_TOO_MUCH
        assert await talk.receive_nothing(0.1)


async def test_a_user_has_so_many_sockets(holder: User, settings: Any) -> None:
    settings.REALTIME_USER_SOCKETS = 1
    await sync_to_async(User.objects.filter(pk=holder.pk).update)(is_multi_login=True)
    async with _talk(holder):
        pair = await sync_to_async(session_open)(user=holder, channel=Channel.API)
        second = Talk(EventsConsumer.as_asgi(), "/ws/events")
        await second.connect()
        await second.send_json_to({"type": "authenticate", "token": pair.access})
        assert await _closed(second) == constants.CLOSE_TOO_MUCH
        await second.disconnect()
    async with _talk(holder):
        pass
    assert not seats.users


async def test_an_address_has_so_many_sockets_on_which_nobody_signed_in(
    holder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats, "MAX_STRANGERS", 1)
    async with _talk(holder):  # no stranger any more
        talks = [Talk(EventsConsumer.as_asgi(), "/ws/events") for _number in range(3)]
        elsewhere: Any = talks[2].scope
        elsewhere[constants.ADDRESS] = "192.0.2.1"
        for talk in talks:
            assert (await talk.connect())[0]
        assert await _closed(talks[1]) == constants.CLOSE_TOO_MUCH
        assert await talks[0].receive_nothing(0.05)
        assert await talks[2].receive_nothing(0.05)
        for talk in talks:
            await talk.disconnect()
    assert not seats.strangers
