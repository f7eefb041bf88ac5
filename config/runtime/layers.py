"""A channel layer inside the process that every thread may use."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from channels.layers import InMemoryChannelLayer

T = TypeVar("T")
CLEAN_SECONDS = 5.0
"""How often it is looked for messages that nobody fetched."""

NEVER_SECONDS = 10 * 365 * 86_400
CAPACITY = 1_000
"""Messages that wait for one consumer; those beyond are lost."""


class Home:
    """The event loop in which the consumers live, for as long as they do."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None

    def enter(self) -> None:
        """Take the running loop as home."""
        self.loop = asyncio.get_running_loop()

    def leave(self) -> None:
        """Have no home any more; who sends from now on does so to nobody."""
        self.loop = None


home = Home()


async def at_home(call: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the home loop, or here if this is it or there is none."""
    loop = home.loop
    if loop is None or loop.is_closed() or loop is asyncio.get_running_loop():
        return await call
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, loop))


class EmbeddedChannelLayer(InMemoryChannelLayer):
    """The in-memory layer, every call of which runs in the loop of the consumers.

    The original's queues belong to one loop and one thread: what a job's thread puts there lies
    until something else wakes that loop. It looks through all channels for each message, which
    takes the square of the number of sockets, and ends a membership after a day, whoever listens.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"capacity": CAPACITY, "group_expiry": NEVER_SECONDS, **options})
        self._next_look = 0.0

    def _clean_expired(self) -> None:
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + CLEAN_SECONDS
            super()._clean_expired()  # type: ignore[misc] # the stubs do not know it

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await at_home(super().send(channel, message))

    async def receive(self, channel: str) -> Any:
        return await at_home(super().receive(channel))

    async def group_add(self, group: str, channel: str) -> None:
        await at_home(super().group_add(group, channel))

    async def group_discard(self, group: str, channel: str) -> None:
        await at_home(super().group_discard(group, channel))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await at_home(super().group_send(group, message))

    async def flush(self) -> None:
        await at_home(super().flush())
