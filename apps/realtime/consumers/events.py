"""The socket on which clients hear what concerns them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import orjson
from channels.db import database_sync_to_async
from django.db import Error
from django.utils import timezone, translation

from apps.accounts.models import User
from apps.core.api.renderers import dumps
from apps.core.errors import DomainError
from apps.core.times import iso_time
from apps.core.topics import Topic, declared_topics
from apps.core.wire import wire_id
from apps.realtime.constants import (
    ACCESS_CHANGED,
    CLOSE_BAD,
    CLOSE_SIGN_IN,
    CLOSE_SLOW,
    CLOSE_TOO_MUCH,
    EVERYONE,
    KEPT,
    MAX_MESSAGE,
    MAX_STRIKES,
    MAX_TOPICS,
    PERMISSIONS_CHANGED,
    QUEUE,
    SESSION_CLOSED,
    SIGN_IN_SECONDS,
    SLOW_SECONDS,
    SPREAD_SECONDS,
    WATCH_SECONDS,
)
from apps.realtime.consumers.groups import Groups
from apps.realtime.consumers.ledger import Ledger
from apps.realtime.consumers.line import Line
from apps.realtime.errors import NotUnderstoodError
from apps.realtime.selectors.events import Missed, events_missed, id_read, latest_id, message_of
from apps.realtime.selectors.identities import (
    Identity,
    Look,
    from_cookie,
    from_token,
    is_secure_of,
    look,
    may_hear,
    may_of,
    user_of,
)
from apps.realtime.selectors.languages import language_of
from apps.realtime.selectors.rows import sees_row
from apps.realtime.services.samplers import sampler_of
from apps.realtime.services.sweeps import sweep

Message = dict[str, Any]
log = logging.getLogger(__name__)


class EventsConsumer(Line):
    """One client. It proves who it is, says what it wants to hear, and hears it while it may."""

    identity: Identity | None = None
    user: User | None = None
    _is_let_go = False
    _tasks: list[asyncio.Task[None]] = []
    _may_do = 0
    _token: Any = None
    _from_id: int | None = None
    open_count = 0
    """Sockets at this process."""

    async def connect(self) -> None:
        self._strikes = 0
        self._language = language_of(self.scope["headers"])
        self._ledger = Ledger(self._send_later)
        self._replays: set[asyncio.Task[None]] = set()
        self._look = asyncio.Event()
        self._topics: dict[str, Topic] = {}
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(QUEUE)
        self._groups = Groups(self.channel_layer, self.channel_name)
        await self.accept()
        EventsConsumer.open_count += 1
        loop = asyncio.get_running_loop()
        work = (self.guarded(self._write()), self.guarded(self._watch()))
        self._tasks = [loop.create_task(each) for each in work]
        look_up = database_sync_to_async(from_cookie)
        identity = await look_up(self.scope["headers"], is_secure=is_secure_of(self.scope))
        if identity is not None:
            await self._enter(identity)

    async def leave(self) -> None:
        if not self._tasks:
            return
        EventsConsumer.open_count -= 1
        for task in (*self._tasks, *self._replays):
            task.cancel()
        for topic in self._topics.values():
            self._stop(topic)
        if self.identity is not None:
            sweep.leave(self._own_group, self._sweep)
        await self._groups.leave_all()

    async def dispatch(self, message: Message) -> None:
        """Pass on what others broadcast, whatever it is called; the rest is the protocol's."""
        if message["type"].startswith("websocket."):
            await super().dispatch(message)
        elif message["type"] == KEPT:
            self._ledger.tell(message["told"])
        elif message["type"] == ACCESS_CHANGED:
            self._look.set()
        elif await self._is_seen(message):
            await self._tell(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        told = _read(text_data)
        kind, topic = told.get("type", ""), told.get("topic")
        if kind == "authenticate":
            await self._authenticate(told)
        elif kind == "ping":
            self._send_later({"type": "pong"})
        elif kind in {"subscribe", "unsubscribe"} and self.user and isinstance(topic, str):
            await self._choose(kind, topic, told)
        elif kind == "since" and self.user is not None:
            topics = [topic.name for topic in self._topics.values() if not topic.sample]
            await self._replay_since(told.get("id"), user_id=self.user.pk, topics=topics)
        else:
            await self._strike()

    async def _authenticate(self, told: Message) -> None:
        token = told.get("token")
        try:
            # Not what another type would look like as a text: a list may be too deep for that.
            text = token if isinstance(token, str) else ""
            identity = await database_sync_to_async(from_token)(text)
        except DomainError as refusal:
            await self._refuse(refusal)
            return
        if told["token"] == self._token:
            await self._strike()
            return
        self._token = told["token"]
        await self._enter(identity)
        if "since" in told and self.user is not None:
            await self._replay_since(told["since"], user_id=self.user.pk)

    async def _enter(self, identity: Identity) -> None:
        """Let a client in; one that is in already may show a newer token of the same user."""
        if self.identity is not None and self.identity.user_id != identity.user_id:
            await self.close(CLOSE_SIGN_IN)
            return
        try:
            self.user = await database_sync_to_async(user_of)(identity)
        except DomainError as refusal:
            await self._refuse(refusal)
            return
        if not self.seat.move(identity.user_id):
            await self.close(CLOSE_TOO_MUCH)
            return
        self.identity = identity
        for group in (self._own_group, EVERYONE):
            await self._groups.join(group)
        # Read when we listen already: what comes after it is heard.
        latest = await database_sync_to_async(latest_id)()
        self._may_do = await database_sync_to_async(may_of)(self.user)
        if self._from_id is None:
            self._from_id = latest
            sweep.join(self._own_group, self._sweep)
        self._send_later({"type": "ready", "session": identity.sid, "latest": wire_id(latest)})

    async def _choose(self, kind: str, name: str, told: Message) -> None:
        topic = _topic_of(name)
        if kind == "unsubscribe":
            if topic is not None and topic.name in self._topics:
                await self._leave(topic)
            self._send_later({"type": "unsubscribed", "topic": name})
        elif topic is None:
            self._send_later({"type": "refused", "topic": name, "code": 404})
        elif len(self._topics) >= MAX_TOPICS or not await self._may(topic):
            self._send_later({"type": "refused", "topic": name, "code": 403})
        else:
            self._send_later({"type": "subscribed", "topic": name})
            await self._join(topic)
            if "since" in told and not topic.sample:
                await self._replay_since(told["since"], topics=[topic.name])

    async def _may(self, topic: Topic) -> bool:
        assert self.user is not None  # noqa: S101 - nobody asks before signing in
        return await database_sync_to_async(may_hear)(self.user, topic)

    def _sweep(self, number: int, told: Message) -> None:
        """Take an event that was found in the table; one from before our time is none of ours."""
        if self._from_id is not None and number > self._from_id:
            self._ledger.tell(told)

    async def _join(self, topic: Topic) -> None:
        self._topics[topic.name] = topic
        if topic.sample:
            sampler_of(topic).join(self._send_later)
        else:
            sweep.join(topic.group, self._sweep)
            await self._groups.join(topic.group)

    async def _leave(self, topic: Topic) -> None:
        del self._topics[topic.name]
        self._stop(topic)
        if not topic.sample:
            await self._groups.leave(topic.group)

    def _stop(self, topic: Topic) -> None:
        if topic.sample:
            sampler_of(topic).leave(self._send_later)
        else:
            sweep.leave(topic.group, self._sweep)

    async def _is_seen(self, message: Message) -> bool:
        """Tell whether the client may see the row that an event tells of, if it tells of one."""
        name = message.get("topic")
        if name is None or self.identity is None:
            return True
        # Also for a topic that was left a moment ago: of a row nothing is said without a look.
        topic = self._topics.get(name) or _topic_of(name)
        if topic is None or not topic.model:
            return True
        look_up = database_sync_to_async(sees_row)
        return await look_up(identity=self.identity, topic=topic, pk=message.get("pk"))

    async def _tell(self, message: Message) -> None:
        data = {name: value for name, value in message.items() if name not in {"type", "topic"}}
        self._send_later(
            {
                "type": "event",
                "event": message["type"],
                "topic": message.get("topic"),
                "at": iso_time(timezone.now()),
                "data": data,
            }
        )
        is_ours = self.identity is not None and data.get("sid") == self.identity.sid
        if message["type"] == SESSION_CLOSED and is_ours:
            await self._drain()
            await self.close(CLOSE_SIGN_IN)

    async def _replay_since(
        self, since: Any, *, user_id: int | None = None, topics: Collection[str] = ()
    ) -> None:
        """Begin to send what was missed, beside what else goes on."""
        number = id_read(since)
        if number is None or len(self._replays) >= MAX_TOPICS:
            await self._strike()
            return
        self._ledger.hold()
        work = self.guarded(self._replay(number, user_id, topics))
        replay = asyncio.get_running_loop().create_task(work)
        self._replays.add(replay)
        replay.add_done_callback(self._replays.discard)

    async def _replay(self, since: int, user_id: int | None, topics: Collection[str]) -> None:
        try:
            missed = await self._missed(since, user_id, topics)
            for number, event in enumerate(missed.events, start=1):
                self._ledger.pass_on(message_of(event)["told"])
                await self._make_room(number)
            if missed.is_gap:
                self._send_later({"type": "gap"})
            number = 0
            while (told := self._ledger.take_held()) is not None:
                self._ledger.pass_on(told)
                number += 1
                await self._make_room(number)
            if self._ledger.has_lost:
                self._ledger.has_lost = False
                self._send_later({"type": "gap"})
        finally:
            self._ledger.release()

    async def _missed(self, since: int, user_id: int | None, topics: Collection[str]) -> Missed:
        try:
            return await database_sync_to_async(events_missed)(
                since=since, user_id=user_id, topics=topics
            )
        except Error:
            log.exception("events since %d cannot be read", since)
            return Missed([], is_gap=True)

    async def _make_room(self, number: int) -> None:
        """Wait until the client has taken what it was sent, every so many messages."""
        if number % (QUEUE // 2) == 0:
            await self._drain(SLOW_SECONDS)

    async def _watch(self) -> None:
        """End what the client may not hear any more, and the socket with the session."""
        await self._pause(SIGN_IN_SECONDS)
        while self.identity is not None:
            topics = tuple(self._topics.values())
            try:
                seen = await database_sync_to_async(look)(self.identity, topics)
            except DomainError as refusal:
                await self._refuse(refusal)
                return
            except Error:
                log.warning("permissions cannot be looked at: the database is out of reach")
            else:
                await self._apply(seen)
            await self._groups.settle()
            await self._pause(WATCH_SECONDS)
        await self.close(CLOSE_SIGN_IN)

    async def _pause(self, seconds: float) -> None:
        """Wait until it is time to look again: now and then, or as soon as somebody says so."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._look.wait(), seconds)
            # Not all clients at once; and what other processes remember ends within a second.
            first, last, each = SPREAD_SECONDS
            latest = max(last, min(WATCH_SECONDS, EventsConsumer.open_count * each))
            await asyncio.sleep(random.uniform(first, latest))  # noqa: S311 - no secret
        self._look.clear()

    async def _apply(self, seen: Look) -> None:
        self.user = seen.user
        for topic in [topic for topic in seen.lost if topic.name in self._topics]:
            self._send_later({"type": "unsubscribed", "topic": topic.name, "code": 403})
            await self._leave(topic)
        if seen.may_do != self._may_do:
            self._may_do = seen.may_do
            await self._tell({"type": PERMISSIONS_CHANGED})

    async def _write(self) -> None:
        with suppress(OSError):  # the client takes nothing: it counts as gone
            while True:
                message = await self._waiting.get()
                await self.send(text_data=dumps(message).decode())
                self._waiting.task_done()

    def _send_later(self, message: Message) -> None:
        """Queue a message; a client that takes none any more is let go, and nobody waits for it."""
        if self._is_let_go or self.is_over or self._is_left(message):
            return
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self._is_let_go = True
            self._tasks.append(asyncio.get_running_loop().create_task(self._let_go()))

    def _is_left(self, message: Message) -> bool:
        """Tell whether that is said in a topic that the client does not hear, or no more."""
        is_said = message["type"] in {"event", "sample"} and message.get("topic")
        return bool(is_said) and message["topic"] not in self._topics

    async def _let_go(self) -> None:
        with suppress(OSError):
            await self.close(CLOSE_SLOW)

    async def _drain(self, seconds: float = 1.0) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), seconds)

    async def _refuse(self, refusal: DomainError) -> None:
        self._complain(refusal)
        await self._drain()
        await self.close(CLOSE_SIGN_IN)

    async def _strike(self) -> None:
        self._strikes += 1
        self._complain(NotUnderstoodError())
        if self._strikes >= MAX_STRIKES:
            await self.close(CLOSE_BAD)

    def _complain(self, refusal: DomainError) -> None:
        with translation.override(self._language):
            self._send_later({"type": "error", "msg": str(refusal), "reason": refusal.reason})

    @property
    def _own_group(self) -> str:
        assert self.identity is not None  # noqa: S101 - asked for once somebody is in
        return f"user.{self.identity.user_id}"


def _topic_of(name: str) -> Topic | None:
    return next((found for found in declared_topics() if found.name == name), None)


def _read(text: str | None) -> Message:
    """Return a message, whose type is a text; an empty one for what is none."""
    if not text or len(text) > MAX_MESSAGE:
        return {}
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) and isinstance(told.get("type"), str) else {}
