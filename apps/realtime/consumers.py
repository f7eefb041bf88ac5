"""The socket on which clients hear what concerns them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import orjson
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone

from apps.accounts.models import User
from apps.core.api.renderers import dumps
from apps.core.errors import DomainError
from apps.core.guards import Access
from apps.core.times import iso_time
from apps.core.topics import Topic, declared_topics
from apps.realtime.constants import (
    CLOSE_BAD,
    CLOSE_SIGN_IN,
    CLOSE_SLOW,
    MAX_MESSAGE,
    MAX_STRIKES,
    MAX_TOPICS,
    QUEUE,
    SIGN_IN_SECONDS,
    WATCH_SECONDS,
)
from apps.realtime.selectors.identities import Identity, from_cookie, from_token, user_of
from apps.realtime.services.samplers import sampler_of

Message = dict[str, Any]
SESSION_CLOSED = "session.closed"


class EventsConsumer(AsyncWebsocketConsumer):
    """One client. It proves who it is, says what it wants to hear, and hears it while it may."""

    identity: Identity | None = None
    user: User | None = None
    _is_let_go = False

    async def connect(self) -> None:
        self._strikes = 0
        self._topics: dict[str, Topic] = {}
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(QUEUE)
        await self.accept()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._write()), loop.create_task(self._watch())]
        identity = await database_sync_to_async(from_cookie)(self.scope["headers"])
        if identity is not None:
            await self._enter(identity)

    async def disconnect(self, code: int) -> None:
        for task in self._tasks:
            task.cancel()
        for topic in list(self._topics.values()):
            await self._leave(topic)
        if self.identity is not None:
            await self.channel_layer.group_discard(self._own_group, self.channel_name)

    async def dispatch(self, message: Message) -> None:
        """Pass on what others broadcast, whatever it is called; the rest is the protocol's."""
        if message["type"].startswith("websocket."):
            await super().dispatch(message)
        else:
            await self._tell(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        told = _read(text_data)
        kind = told.get("type")
        if kind == "authenticate":
            await self._authenticate(told.get("token"))
        elif kind == "ping":
            self._send_later({"type": "pong"})
        elif kind in {"subscribe", "unsubscribe"} and self.user is not None:
            await self._choose(str(kind), told.get("topic"))
        else:
            await self._strike()

    async def _authenticate(self, token: Any) -> None:
        try:
            identity = await database_sync_to_async(from_token)(str(token))
        except DomainError as refusal:
            await self._refuse(refusal)
        else:
            await self._enter(identity)

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
        self.identity = identity
        await self.channel_layer.group_add(self._own_group, self.channel_name)
        self._send_later({"type": "ready", "session": identity.sid})

    async def _choose(self, kind: str, name: Any) -> None:
        topic = next((found for found in declared_topics() if found.name == name), None)
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

    async def _may(self, topic: Topic) -> bool:
        if isinstance(topic.needs, Access):
            return True
        assert self.user is not None  # noqa: S101 - nobody asks before signing in
        return bool(await database_sync_to_async(self.user.has_perm)(topic.needs))

    async def _join(self, topic: Topic) -> None:
        self._topics[topic.name] = topic
        if topic.sample:
            sampler_of(topic).join(self._send_later)
        else:
            await self.channel_layer.group_add(topic.group, self.channel_name)

    async def _leave(self, topic: Topic) -> None:
        del self._topics[topic.name]
        if topic.sample:
            sampler_of(topic).leave(self._send_later)
        else:
            await self.channel_layer.group_discard(topic.group, self.channel_name)

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

    async def _watch(self) -> None:
        """End what the client may not hear any more, and the socket with the session."""
        await asyncio.sleep(SIGN_IN_SECONDS)
        while self.identity is not None:
            try:
                self.user = await database_sync_to_async(user_of)(self.identity)
            except DomainError as refusal:
                await self._refuse(refusal)
                return
            for topic in [t for t in self._topics.values() if not await self._may(t)]:
                await self._leave(topic)
                self._send_later({"type": "unsubscribed", "topic": topic.name, "code": 403})
            await asyncio.sleep(WATCH_SECONDS)
        await self.close(CLOSE_SIGN_IN)

    async def _write(self) -> None:
        while True:
            message = await self._waiting.get()
            await self.send(text_data=dumps(message).decode())
            self._waiting.task_done()

    def _send_later(self, message: Message) -> None:
        """Queue a message; a client that takes none any more is let go, and nobody waits for it."""
        if self._is_let_go:
            return
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self._is_let_go = True
            self._tasks.append(asyncio.get_running_loop().create_task(self.close(CLOSE_SLOW)))

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), 1)

    async def _refuse(self, refusal: DomainError) -> None:
        self._send_later({"type": "error", "msg": str(refusal), "reason": refusal.reason})
        await self._drain()
        await self.close(CLOSE_SIGN_IN)

    async def _strike(self) -> None:
        self._strikes += 1
        self._send_later({"type": "error", "msg": "Not understood.", "reason": "realtime.bad"})
        if self._strikes >= MAX_STRIKES:
            await self.close(CLOSE_BAD)

    @property
    def _own_group(self) -> str:
        assert self.identity is not None  # noqa: S101 - asked for once somebody is in
        return f"user.{self.identity.user_id}"


def _read(text: str | None) -> Message:
    """Return a message, an empty one for what is none."""
    if not text or len(text) > MAX_MESSAGE:
        return {}
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
