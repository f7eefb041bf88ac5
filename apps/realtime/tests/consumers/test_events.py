from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings as conf
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.access.models import Menu, Role
from apps.access.services.roles import role_set_menus, role_update
from apps.accounts.choices import Channel, Closing
from apps.accounts.errors import SessionEndedError
from apps.accounts.models import Session, User
from apps.accounts.services.sessions import session_open, sessions_close
from apps.accounts.services.users import user_update
from apps.core import topics
from apps.core.cached import PRINCIPALS, invalidate
from apps.core.guards import Access
from apps.core.live import notify
from apps.core.testing.fixtures import PASSWORD
from apps.core.topics import Topic
from apps.realtime import constants
from apps.realtime.consumers import events as consumers
from apps.realtime.models import Event
from apps.realtime.selectors import events as selectors
from apps.realtime.services import sweeps
from apps.realtime.services.events import event_keep
from apps.realtime.services.samplers import forget_samplers

pytestmark = [pytest.mark.django_db(transaction=True)]
TOPICS = (
    Topic(
        name="test.figures",
        label="figures",
        needs="test:figures:list",
        sample="apps.realtime.tests.consumers.test_events.sample",
        seconds=0.02,
    ),
    Topic(name="test.news", label="news", needs=Access.SIGNED_IN),
    Topic(name="test.secret", label="secret", needs="test:secret:list"),
)
Talk = WebsocketCommunicator


def sample() -> dict[str, int]:
    return {"n": 1}


@pytest.fixture(autouse=True)
def _topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "declared_topics", lambda: iter(TOPICS))
    assert callable(topics.declared_topics)
    forget_samplers()


@pytest.fixture
def holder(make_user: Callable[..., Any]) -> User:
    """Somebody who may see figures."""
    role = Role.objects.create(name="crew")
    role.menus.add(Menu.objects.create(name="F", title="F", kind=1, perms="test:figures:list"))
    made: User = make_user(roles=[role])
    return made


def _token(user: User) -> str:
    return session_open(user=user, channel=Channel.API).access


@asynccontextmanager
async def _talk(headers: list[tuple[bytes, bytes]] | None = None) -> AsyncIterator[Talk]:
    talk = Talk(consumers.EventsConsumer.as_asgi(), "/ws/events", headers=headers)
    is_accepted, _protocol = await talk.connect()
    assert is_accepted
    try:
        yield talk
    finally:
        await talk.disconnect()


async def _sign_in(talk: Talk, user: User) -> str:
    token = await sync_to_async(_token)(user)
    await talk.send_json_to({"type": "authenticate", "token": token})
    ready = await talk.receive_json_from(3)
    assert ready["type"] == "ready"
    session: str = ready["session"]
    return session


async def _closed(talk: Talk) -> int:
    while True:
        output = await talk.receive_output(3)
        if output["type"] == "websocket.close":
            code: int = output["code"]
            return code


async def test_a_client_hears_what_it_may_and_nothing_else(holder: User) -> None:
    async with _talk() as talk:
        await _sign_in(talk, holder)
        for name, answer in (
            ("test.news", {"type": "subscribed", "topic": "test.news"}),
            ("test.secret", {"type": "refused", "topic": "test.secret", "code": 403}),
            ("nothing", {"type": "refused", "topic": "nothing", "code": 404}),
        ):
            await talk.send_json_to({"type": "subscribe", "topic": name})
            assert await talk.receive_json_from(3) == answer
        layer: Any = get_channel_layer()
        await layer.group_send("topic.test.secret", {"type": "secret.told"})
        await layer.group_send("topic.test.news", {"type": "news.told", "id": 5})
        told = await talk.receive_json_from(3)
        assert (told["event"], told["data"]) == ("news.told", {"id": 5})


async def test_samples_come_while_they_are_listened_to(holder: User) -> None:
    async with _talk() as talk:
        await _sign_in(talk, holder)
        await talk.send_json_to({"type": "subscribe", "topic": "test.figures"})
        assert (await talk.receive_json_from(3))["type"] == "subscribed"
        for _time in range(2):
            told = await talk.receive_json_from(3)
            assert (told["type"], told["topic"], told["data"]) == (
                "sample",
                "test.figures",
                {"n": 1},
            )
        await talk.send_json_to({"type": "unsubscribe", "topic": "test.figures"})
        while (await talk.receive_json_from(3))["type"] == "sample":
            pass
        assert await talk.receive_nothing(0.2)


@pytest.mark.parametrize("message", [{"type": "subscribe", "topic": "test.news"}, {"type": "x"}])
async def test_a_stranger_hears_nothing(message: dict[str, str]) -> None:
    async with _talk() as talk:
        await talk.send_json_to(message)
        assert (await talk.receive_json_from(3))["type"] == "error"


async def test_whoever_does_not_sign_in_in_time_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "SIGN_IN_SECONDS", 0.05)
    async with _talk() as talk:
        assert await _closed(talk) == constants.CLOSE_SIGN_IN


@pytest.mark.parametrize("token", ["nonsense", None, "", 5])
async def test_a_token_that_is_none_closes_the_socket(token: Any) -> None:
    async with _talk() as talk:
        await talk.send_json_to({"type": "authenticate", "token": token})
        told = await talk.receive_json_from(3)
        assert told["reason"] == "accounts.session.ended"
        assert await _closed(talk) == constants.CLOSE_SIGN_IN


@pytest.mark.parametrize(
    ("language", "ended"),
    [(b"en-US", "The session has ended. Sign in again."), (b"zh-CN,en;q=0.5", "登录")],
)
async def test_refusals_are_in_the_language_of_the_handshake(
    language: bytes, ended: str, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "en" if language.startswith(b"zh") else "zh-hans"
    async with _talk([(b"accept-language", language)]) as talk:
        await talk.send_json_to({"type": "x"})
        await talk.send_json_to({"type": "authenticate", "token": "x"})
        assert (await talk.receive_json_from(3))["reason"] == "realtime.bad"
        assert ended in (await talk.receive_json_from(3))["msg"]


async def test_a_kicked_session_hears_so_and_is_out_at_once(user: User) -> None:
    async with _talk() as talk, _talk() as other:
        sid = await _sign_in(talk, user)
        await sync_to_async(User.objects.filter(pk=user.pk).update)(is_multi_login=True)
        await _sign_in(other, user)
        rows = Session.objects.filter(sid=sid)
        await sync_to_async(sessions_close)(sessions=rows, closing=Closing.KICKED)
        told = await talk.receive_json_from(3)
        assert (told["event"], told["data"]["sid"]) == ("session.closed", sid)
        assert await _closed(talk) == constants.CLOSE_SIGN_IN
        assert (await other.receive_json_from(3))["event"] == "session.closed"
        await other.send_json_to({"type": "ping"})
        assert await other.receive_json_from(3) == {"type": "pong"}


async def test_what_may_not_be_heard_any_more_ends(
    holder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "SIGN_IN_SECONDS", 1.0)  # enough to sign in on a busy machine
    monkeypatch.setattr(consumers, "WATCH_SECONDS", 0.05)

    def take_away() -> None:
        Menu.objects.filter(name="F").update(is_active=False)
        invalidate(PRINCIPALS)

    async with _talk() as talk:
        await _sign_in(talk, holder)
        await talk.send_json_to({"type": "subscribe", "topic": "test.figures"})
        assert (await talk.receive_json_from(3))["type"] == "subscribed"
        await sync_to_async(take_away)()
        while (told := await talk.receive_json_from(5))["type"] == "sample":
            pass
        assert told == {"type": "unsubscribed", "topic": "test.figures", "code": 403}


async def test_a_session_that_ended_elsewhere_ends_the_socket(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "SIGN_IN_SECONDS", 1.0)  # enough to sign in on a busy machine
    monkeypatch.setattr(consumers, "WATCH_SECONDS", 0.05)

    def disable() -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        invalidate(PRINCIPALS)

    async with _talk() as talk:
        await _sign_in(talk, user)
        await sync_to_async(disable)()
        assert (await talk.receive_json_from(5))["type"] == "error"
        assert await _closed(talk) == constants.CLOSE_SIGN_IN


async def _heard(talk: Talk, event: str) -> Any:
    while True:
        told = await talk.receive_json_from(5)
        if told.get("event") == event:
            return told


@pytest.fixture
async def _at_home() -> AsyncIterator[None]:
    """Let threads reach the loop of the test, as they reach that of a server."""
    home = import_string("config.runtime.layers.home")
    home.enter()
    yield
    home.leave()


@pytest.mark.usefixtures("_at_home")
async def test_whoever_may_do_something_else_from_now_on_hears_so(
    holder: User,
    user: User,
    make_user: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boss = await sync_to_async(make_user)(is_superuser=True)
    monkeypatch.setattr(consumers, "SPREAD_SECONDS", (0.0, 0.0, 0.0))
    role = await Role.objects.aget(name="crew")
    page = await Menu.objects.acreate(name="P", title="P", kind=1)

    def give_page() -> None:
        role_set_menus(actor=None, role=role, menus=[*role.menus.all(), page])

    def rename() -> None:
        role_update(actor=None, role=role, name="the crew")

    async with _talk() as talk, _talk() as other:
        await _sign_in(talk, holder)
        await _sign_in(other, user)
        await sync_to_async(rename)()
        assert await talk.receive_nothing(0.6)
        await sync_to_async(give_page)()  # no code comes with it, but another sidebar
        told = await _heard(talk, "permissions.changed")
        assert "id" not in told
        await sync_to_async(user_update)(actor=boss, user=user, roles=[role])
        assert await _heard(other, "permissions.changed")
        assert await talk.receive_nothing(0.6)


async def test_a_database_that_is_away_for_a_moment_ends_no_watch(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "SIGN_IN_SECONDS", 1.0)  # enough to sign in on a busy machine
    monkeypatch.setattr(consumers, "WATCH_SECONDS", 0.02)
    answers: list[Any] = [DatabaseError(), SessionEndedError()]

    def look(*_asked: Any) -> Any:
        raise answers.pop(0)

    monkeypatch.setattr(consumers, "look", look)
    async with _talk() as talk:
        await _sign_in(talk, user)
        assert (await talk.receive_json_from(5))["reason"] == "accounts.session.ended"
        assert await _closed(talk) == constants.CLOSE_SIGN_IN
    assert answers == []


async def test_nonsense_is_answered_and_in_the_end_not_heard(user: User) -> None:
    async with _talk() as talk:
        await _sign_in(talk, user)
        for text in (
            "not json",
            "{",
            "[]",
            "5",
            '"x"',
            "x" * (constants.MAX_MESSAGE + 1),
            "{}",
            "{}",
            "{}",
        ):
            await talk.send_to(text_data=text)
            assert (await talk.receive_json_from(3))["reason"] == "realtime.bad"
        await talk.send_to(bytes_data=b"{}")
        assert await _closed(talk) == constants.CLOSE_BAD


async def test_a_newer_token_may_be_shown_of_the_same_user_alone(
    user: User, make_user: Callable[..., Any]
) -> None:
    other = await sync_to_async(make_user)()
    async with _talk() as talk:
        await _sign_in(talk, user)
        await _sign_in(talk, user)
        token = await sync_to_async(_token)(other)
        await talk.send_json_to({"type": "authenticate", "token": token})
        assert await _closed(talk) == constants.CLOSE_SIGN_IN


async def test_a_client_that_takes_nothing_is_let_go(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "QUEUE", 2)

    async def stuck(self: Any) -> None:
        await asyncio.sleep(60)

    async with _talk() as talk:
        monkeypatch.setattr(consumers.EventsConsumer, "_write", stuck)
        async with _talk() as slow:
            token = await sync_to_async(_token)(user)
            await slow.send_json_to({"type": "authenticate", "token": token})
            for _number in range(3):
                await slow.send_json_to({"type": "ping"})
            assert await _closed(slow) == constants.CLOSE_SLOW
        assert await talk.receive_nothing(0.05)


async def test_a_client_that_takes_nothing_is_closed_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closings: list[int] = []

    async def close(self: Any, code: int) -> None:
        closings.append(code)

    monkeypatch.setattr(consumers.EventsConsumer, "close", close)
    consumer = consumers.EventsConsumer()
    consumer._waiting = asyncio.Queue(1)
    consumer._tasks = []
    for _number in range(5):
        consumer._send_later({"type": "pong"})
    await asyncio.gather(*consumer._tasks)
    assert closings == [constants.CLOSE_SLOW]


def _keep(user_id: int | None, count: int = 1, topic: str = "") -> list[int]:
    return [
        event_keep(user_id=user_id, topic=topic, name="task.done", payload={"n": number}).pk
        for number in range(count)
    ]


async def _ids(talk: Talk, count: int) -> list[int]:
    told = [await talk.receive_json_from(3) for _number in range(count)]
    assert {message["type"] for message in told} == {"event"}
    return [message["id"] for message in told]


async def test_what_is_kept_is_told_with_its_id_and_the_client_knows_where_it_stands(
    user: User,
) -> None:
    before = await sync_to_async(_keep)(user.pk)
    async with _talk() as talk:
        token = await sync_to_async(_token)(user)
        await talk.send_json_to({"type": "authenticate", "token": token})
        assert (await talk.receive_json_from(3))["latest"] == before[0]
        await sync_to_async(notify)(user.pk, "task.progress", id=4, share=0.5)
        told = await talk.receive_json_from(3)
        assert (told["event"], told["data"]) == ("task.progress", {"id": 4, "share": 0.5})
        assert told["id"] > before[0]


async def test_whoever_was_away_hears_what_was_missed_and_nothing_twice(holder: User) -> None:
    first, *missed = await sync_to_async(_keep)(holder.pk, 4)
    old = Event.objects.filter(pk=first)
    await sync_to_async(old.update)(created_at=timezone.now() - timedelta(minutes=5))
    (news,) = await sync_to_async(_keep)(None, topic="test.news")
    await sync_to_async(_keep)(None, topic="test.secret")
    async with _talk() as talk:
        token = await sync_to_async(_token)(holder)
        await talk.send_json_to({"type": "authenticate", "token": token, "since": str(first)})
        assert (await talk.receive_json_from(3))["type"] == "ready"
        assert await _ids(talk, 3) == missed
        await talk.send_json_to({"type": "subscribe", "topic": "test.news", "since": first})
        assert (await talk.receive_json_from(3))["type"] == "subscribed"
        assert await _ids(talk, 1) == [news]
        await talk.send_json_to({"type": "since", "id": 0})
        assert await _ids(talk, 1) == [first]
        await talk.send_json_to({"type": "subscribe", "topic": "test.secret", "since": 0})
        assert (await talk.receive_json_from(3))["code"] == 403
        assert await talk.receive_nothing(0.2)


async def test_what_is_said_while_older_events_are_replayed_comes_after_them_and_once(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await sync_to_async(_keep)(user.pk, 2)
    read = selectors.events_missed

    def read_and_be_late(**asked: Any) -> Any:
        rows.extend(_keep(user.pk))  # told live, and found by the query as well
        found = read(**asked)
        rows.extend(_keep(user.pk))  # told live alone
        return found

    monkeypatch.setattr(consumers, "events_missed", read_and_be_late)
    async with _talk() as talk:
        await _sign_in(talk, user)
        await talk.send_json_to({"type": "since", "id": 0})
        assert await _ids(talk, 4) == rows
        assert await talk.receive_nothing(0.2)


async def test_a_long_replay_comes_whole_and_what_is_too_long_ends_in_a_gap(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await sync_to_async(_keep)(user.pk, constants.QUEUE + 5)
    async with _talk() as talk:
        await _sign_in(talk, user)
        await talk.send_json_to({"type": "since", "id": 0})
        assert await _ids(talk, len(rows)) == rows
        assert await talk.receive_nothing(0.1)
    monkeypatch.setattr(selectors, "MAX_REPLAY", 3)
    async with _talk() as talk:
        await _sign_in(talk, user)
        await talk.send_json_to({"type": "since", "id": 0})
        assert await _ids(talk, 3) == rows[:3]
        assert await talk.receive_json_from(3) == {"type": "gap"}


async def test_events_that_cannot_be_read_are_a_gap(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_asked: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(consumers, "events_missed", fail)
    async with _talk() as talk:
        await _sign_in(talk, user)
        await talk.send_json_to({"type": "since", "id": 0})
        assert await talk.receive_json_from(3) == {"type": "gap"}
        (row,) = await sync_to_async(_keep)(user.pk)
        assert await _ids(talk, 1) == [row]


async def test_an_event_whose_poke_was_lost_is_found_and_told_once(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 0.05)
    await sync_to_async(_keep)(user.pk)  # before anybody listened
    async with _talk() as talk:
        await _sign_in(talk, user)
        lost = await Event.objects.acreate(user_id=user.pk, name="task.done")
        assert await _ids(talk, 1) == [lost.pk]
        poked = await sync_to_async(_keep)(user.pk)
        assert await _ids(talk, 1) == poked
        assert await talk.receive_nothing(0.3)


@pytest.mark.parametrize("since", [None, "", "x", -1, 1.5, True, [], "1" * 40, 2**63])
async def test_since_must_be_an_id(user: User, since: Any) -> None:
    async with _talk() as talk:
        await _sign_in(talk, user)
        await talk.send_json_to({"type": "since", "id": since})
        assert (await talk.receive_json_from(3))["reason"] == "realtime.bad"


def _browser(user: User) -> str:
    browser = Client()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    browser.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    return browser.cookies[conf.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize(
    ("origin", "is_in"),
    [("http://testserver", True), ("http://evil.example", False), ("null", False), ("", False)],
)
async def test_the_consoles_own_pages_are_known_by_their_cookie(
    user: User, origin: str, *, is_in: bool
) -> None:
    value = await sync_to_async(_browser)(user)
    headers = [
        (b"host", b"testserver"),
        (b"cookie", f"{conf.SESSION_COOKIE_NAME}={value}".encode()),
    ]
    if origin:
        headers.append((b"origin", origin.encode()))
    async with _talk(headers) as talk:
        if is_in:
            assert (await talk.receive_json_from(3))["type"] == "ready"
        else:
            assert await talk.receive_nothing(0.3)


async def test_news_of_a_row_are_not_passed_on_unlooked_at_once_a_topic_was_left(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Topic(name="test.rows", label="rows", needs="test:rows:list", model="accounts.User")
    monkeypatch.setattr(consumers, "declared_topics", lambda: iter((*TOPICS, rows)))
    async with _talk() as talk:
        await _sign_in(talk, user)
        layer: Any = get_channel_layer()
        late = {"type": "user.changed", "topic": "test.rows", "pk": user.pk}
        await layer.group_send(f"user.{user.pk}", late)
        await layer.group_send(f"user.{user.pk}", {"type": "test.lost", "topic": "test.gone"})
        await layer.group_send(f"user.{user.pk}", {"type": "test.last"})
        assert (await talk.receive_json_from(3))["event"] == "test.last"
