"""A socket that leaves nothing behind, whatever happens to it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from apps.realtime.constants import (
    ADDRESS,
    CLOSE_FAULT,
    CLOSE_TOO_MUCH,
    MESSAGES_BURST,
    MESSAGES_PER_SECOND,
)
from apps.realtime.consumers.seats import Seat
from apps.realtime.consumers.visits import Allowance

log = logging.getLogger(__name__)


class Line(AsyncWebsocketConsumer):
    """One client, who is left once, closed once, and told nothing after that.

    Channels calls `disconnect` for a client that goes, and not when the consumer raises: what has
    to be undone is undone in `leave`, which runs at every end.
    """

    is_over = False
    """Whether the client was told that it must go."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seat = Seat(scope.get(ADDRESS, ""))
        self._allowance = Allowance(burst=MESSAGES_BURST, per_second=MESSAGES_PER_SECOND)
        try:
            await self.guarded(super().__call__(scope, receive, send))
        finally:
            self.seat.leave()
            await self.leave()

    async def leave(self) -> None:
        """Undo what was done for the client; it may have come to nothing yet."""

    async def guarded(self, work: Awaitable[None]) -> None:
        """Do something; whatever it raises is logged and closes the socket."""
        try:
            await work
        except Exception as error:  # the boundary around one client
            # Mostly an `OSError` is a client that was gone when it was told something.
            level = logging.INFO if isinstance(error, OSError) else logging.ERROR
            log.log(level, "a socket is closed by what nobody expected", exc_info=True)
            with suppress(OSError, RuntimeError):  # it may be closed already
                await self.close(CLOSE_FAULT)

    async def websocket_connect(self, message: Any) -> None:
        """Let a client in, if there is room; else it is let in to be told so."""
        if self.seat.take():
            await super().websocket_connect(message)
        else:
            await self.accept()
            await self.close(CLOSE_TOO_MUCH)

    async def websocket_receive(self, message: Any) -> None:
        """Hear what the client sends, unless it must go or sends too much."""
        if self.is_over:
            raise StopConsumer  # nobody reads on, and the server cuts whoever does not go
        if self._allowance.take():
            await super().websocket_receive(message)
        else:
            await self.close(CLOSE_TOO_MUCH)

    async def send(self, *told: Any, **named: Any) -> None:
        """Send to the client, unless it must go."""
        if not self.is_over:
            await super().send(*told, **named)

    async def close(self, code: Any = None, reason: str | None = None) -> None:
        """Tell the client that it must go, once."""
        if not self.is_over:
            self.is_over = True
            await super().close(code, reason)
