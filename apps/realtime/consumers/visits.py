"""One connection of Socket.IO: who it is, for how long it may stay, and how much it may send."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.utils import translation

from apps.accounts.errors import SessionEndedError
from apps.accounts.services.sessions import session_touch
from apps.core.errors import DomainError
from apps.realtime.constants import (
    CLOSE_SIGN_IN,
    FRAMES_BURST,
    FRAMES_PER_SECOND,
    MAX_MESSAGE,
    MAX_VISITS,
    SESSION_CLOSED,
    SIGN_IN_SECONDS,
    WATCH_SECONDS,
)
from apps.realtime.consumers.seats import Seats
from apps.realtime.errors import TooManyVisitsError
from apps.realtime.selectors.identities import Identity, from_token, may_any, user_of

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
GONE: Message = {"type": "websocket.disconnect", "code": CLOSE_SIGN_IN}
ENGINE_PACKETS = frozenset("123456")
"""How a text of a client may begin. Source: Engine.IO protocol, revision 4."""

_open = Seats()
"""Visits of each user at this process."""


class Allowance:
    """Counts what may be sent: a few at once, and so many a second in the long run."""

    def __init__(self, *, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left, self._at = burst, time.monotonic()

    def take(self) -> bool:
        """Take one; return whether there was one left."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Visit:
    """Stands between a client and the library that speaks Socket.IO.

    What the library receives and sends passes here. It is told that the client is gone as soon as
    the client must go.

    Args:
        language: In which the client is refused.
        say_goodbye: Tells the client, in the words of the protocol, that it must go.
    """

    def __init__(
        self, receive: Receive, send: Send, *, language: str, say_goodbye: Callable[..., Any]
    ) -> None:
        self.identity: Identity | None = None
        self._language = language
        self._receive, self._send = receive, send
        self._say_goodbye = say_goodbye
        self._channels: list[tuple[str, str]] = []
        self._over = asyncio.Event()
        self._entered = asyncio.Event()
        self._frames = Allowance(burst=FRAMES_BURST, per_second=FRAMES_PER_SECOND)

    async def last(self, serve: Callable[[Receive, Send], Awaitable[Any]]) -> None:
        """Let a client in, and return when it is gone."""
        guard = asyncio.get_running_loop().create_task(self._guard())
        try:
            await serve(self.receive, self.send)
        finally:
            guard.cancel()
            with suppress(asyncio.CancelledError):
                await guard
            if self.identity is not None:
                _open.leave(self.identity.user_id)

    async def receive(self) -> Any:
        """Return what the client sends; that it is gone, if it must go or sends what it may not."""
        told = asyncio.ensure_future(self._receive())
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({told, over}, return_when=asyncio.FIRST_COMPLETED)
            if self._over.is_set():
                return GONE
            message = told.result()
        finally:
            told.cancel()
            over.cancel()
        if message["type"] == "websocket.receive" and not self._is_fit(message.get("text")):
            self._over.set()
            return GONE
        return message

    async def send(self, message: Any) -> None:
        """Send to the client."""
        await self._send(message)

    async def enter(self, sid: str, namespace: str, auth: Any) -> None:
        """Let a client in that shows a token and names the session of that very token.

        Raises:
            SessionEndedError: The token is none of ours or the session has ended; or the session
                named, or the user, is another one.
            TooManyVisitsError: The user has enough connections.
        """
        token, session = _credentials(auth)
        identity = await database_sync_to_async(from_token)(token)
        if identity.sid != session or self.identity not in {None, identity}:
            raise SessionEndedError
        await database_sync_to_async(user_of)(identity)
        if self.identity is None:
            if not _open.take(identity.user_id, MAX_VISITS):
                raise TooManyVisitsError
            self.identity = identity
            self._entered.set()
        self._channels.append((sid, namespace))
        self.touch()

    async def may_any(self, codes: Iterable[str]) -> bool:
        """Tell whether the client may do one of several things now."""
        look_up = database_sync_to_async(may_any)
        return self.identity is not None and await look_up(self.identity, codes)

    def text_of(self, refusal: DomainError) -> str:
        """Return what to tell the client, in its language."""
        with translation.override(self._language):
            return str(refusal)

    def touch(self) -> None:
        """Note that the session is in use, as requests do."""
        if self.identity is not None:
            session_touch(sid=self.identity.sid)

    def _is_fit(self, text: str | None) -> bool:
        """Tell whether a client may send that: text, not too long, not too much of it."""
        if not text or text[0] not in ENGINE_PACKETS or len(text) > MAX_MESSAGE:
            return False
        return self._frames.take()

    async def _guard(self) -> None:
        """Wait until the client must go, and see to it."""
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._entered.wait(), SIGN_IN_SECONDS)
            if self.identity is not None:
                await self._stay(self.identity)
                for sid, namespace in self._channels:
                    await self._say_goodbye(sid, namespace=namespace)
        finally:  # whoever cannot be watched must go, too
            self._over.set()

    async def _stay(self, identity: Identity) -> None:
        """Return when the session has ended: at once if somebody says so, else within seconds."""
        layer: Any = get_channel_layer()
        channel = await layer.new_channel()
        group = f"user.{identity.user_id}"
        await layer.group_add(group, channel)
        hearing = asyncio.ensure_future(_closed(layer, channel, identity.sid))
        try:
            while await _is_open(identity):
                await asyncio.wait({hearing}, timeout=WATCH_SECONDS)
                if hearing.done():
                    hearing.result()
                    return
        finally:
            hearing.cancel()
            await layer.group_discard(group, channel)


def _credentials(auth: Any) -> tuple[str, str]:
    token, session = (
        (auth.get("token"), auth.get("session_uuid")) if isinstance(auth, dict) else (None, None)
    )
    if not isinstance(token, str) or not isinstance(session, str):
        raise SessionEndedError
    return token, session


async def _closed(layer: Any, channel: str, sid: str) -> None:
    """Return when somebody says that the session was closed."""
    while True:
        told = await layer.receive(channel)
        if told["type"] == SESSION_CLOSED and told.get("sid") == sid:
            return


async def _is_open(identity: Identity) -> bool:
    try:
        await database_sync_to_async(user_of)(identity)
    except DomainError:
        return False
    return True
