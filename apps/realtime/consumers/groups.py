"""The groups of one client at the channel layer, which may be out of reach."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from apps.realtime.constants import LAYER_SECONDS

log = logging.getLogger(__name__)


class Groups:
    """Joins groups and leaves them; what cannot be left now is left later.

    Args:
        layer: The channel layer.
        channel: The name of the client's channel.
    """

    def __init__(self, layer: Any, channel: str) -> None:
        self._layer, self._channel = layer, channel
        self._joined: set[str] = set()
        self._due: set[str] = set()
        self._turn = asyncio.Lock()  # a group is not joined while it is being left

    async def join(self, group: str) -> None:
        """Join a group; what the layer raises then passes."""
        async with self._turn:
            self._due.discard(group)
            self._joined.add(group)
            await self._layer.group_add(group, self._channel)

    async def leave(self, group: str) -> None:
        """Leave a group, or do so at the next `settle`; nothing is raised."""
        self._due.add(group)
        await self.settle()

    async def leave_all(self) -> None:
        """Leave what was joined; what cannot be left is given up, as the channel ends anyway."""
        self._due |= self._joined
        await self.settle()

    async def settle(self) -> None:
        """Leave what could not be left before."""
        async with self._turn:
            for group in tuple(self._due):
                try:
                    async with asyncio.timeout(LAYER_SECONDS):
                        await self._layer.group_discard(group, self._channel)
                except Exception as error:  # noqa: BLE001 - the boundary around whatever layer is set
                    log.warning("a group cannot be left, which is tried again: %r", error)
                    return
                self._due.discard(group)
                self._joined.discard(group)
