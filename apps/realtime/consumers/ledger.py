"""The kept events of one connection: none is sent twice, and none before an older one is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from apps.realtime.constants import MAX_HEARD, MAX_REPLAY

Told = dict[str, Any]


class Ledger:
    """Passes events on; those that come while others are replayed wait for their turn.

    Args:
        send: Takes what leaves; never waits.
    """

    def __init__(self, send: Callable[[Told], None]) -> None:
        self._send = send
        self._heard: dict[Any, None] = {}
        self._held: deque[Told] = deque()
        self._holds = 0
        self.has_lost = False
        """Whether so many came during a replay that some could not wait."""

    def hold(self) -> None:
        """Let live events wait from now on; each call needs a `release`."""
        self._holds += 1

    def release(self) -> None:
        """Let them wait no more, once `take_held` has brought the last."""
        self._holds -= 1

    def tell(self, told: Told) -> None:
        """Take a live event."""
        if not self._holds:
            self.pass_on(told)
        elif len(self._held) < MAX_REPLAY:
            self._held.append(told)
        else:
            self.has_lost = True

    def pass_on(self, told: Told) -> None:
        """Send an event, unless this connection has heard it."""
        if told["id"] in self._heard:
            return
        self._heard[told["id"]] = None
        if len(self._heard) > MAX_HEARD:
            del self._heard[next(iter(self._heard))]
        self._send(told)

    def take_held(self) -> Told | None:
        """Return the next event that waits; None where nothing waits, or others still replay."""
        return self._held.popleft() if self._held and self._holds == 1 else None
