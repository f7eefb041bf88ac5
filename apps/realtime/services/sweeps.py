"""Looks now and then for kept events whose poke was lost, for all who listen in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from channels.db import database_sync_to_async
from django.db import Error

from apps.realtime.constants import SWEEP_SECONDS
from apps.realtime.models import Event
from apps.realtime.selectors.events import events_of_late, message_of

Told = dict[str, Any]
Listener = Callable[[int, Told], None]
log = logging.getLogger(__name__)


class Sweep:
    """Hands the events of the last seconds to those of their groups; whoever has heard one knows.

    The channel layer promises nothing: while Redis is away its messages are lost, and nobody is
    told so. One small query for all sockets of the process makes up for it.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._task: asyncio.Task[None] | None = None

    def join(self, group: str, listener: Listener) -> None:
        """Hand the events of a group to a listener, each with its id, from now on."""
        self._listeners.setdefault(group, set()).add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, group: str, listener: Listener) -> None:
        """Hand it none any more; with the last one the looking ends."""
        left = self._listeners.get(group, set())
        left.discard(listener)
        if not left:
            self._listeners.pop(group, None)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while self._listeners:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                self._hand_out(await database_sync_to_async(events_of_late)())
            except Error:
                log.warning("events cannot be looked for: the database is out of reach")

    def _hand_out(self, events: Iterable[Event]) -> None:
        for event in events:
            told = message_of(event)["told"]
            for listener in tuple(self._listeners.get(event.group, ())):
                listener(event.pk, told)


sweep = Sweep()
