"""A Celery broker inside the process: kombu's memory transport, woken instead of polling.

kombu's own polls once a second, which is late for a person who waits and never idle for the
machine. Here whoever puts a message rings, and whoever waits for one wakes at once.
"""

import threading
import time
from queue import Empty, Queue
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, memory

SCHEME = "embedded"


class Bell:
    """Wakes every thread that waits for a message."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.rings = 0
        self.is_over = False

    def ring(self) -> None:
        """Say that there may be something to fetch."""
        with self._condition:
            self.rings += 1
            self._condition.notify_all()

    def end(self) -> None:
        """Let nobody wait any more, now or later: the worker stops."""
        with self._condition:
            self.is_over = True
            self._condition.notify_all()

    def begin(self) -> None:
        """Let everybody wait again."""
        self.is_over = False

    def wait(self, *, rings: int, seconds: float) -> None:
        """Wait until it has rung since there were so many rings, at most so long."""
        with self._condition:
            self._condition.wait_for(lambda: self.rings != rings or self.is_over, timeout=seconds)


bell = Bell()


class Channel(memory.Channel):
    """A channel that rings when there may be something to fetch."""

    def _queue_for(self, queue: str) -> "Queue[Any]":
        # setdefault is one step; the original looks and then puts, and two threads lose a message.
        found: Queue[Any] = self.queues.setdefault(queue, Queue())
        return found

    def _new_queue(self, queue: str, **_kwargs: Any) -> None:
        self._queue_for(queue)

    @classmethod
    def depth(cls, queue: str) -> int:
        """Return how many messages wait in a queue."""
        found = cls.queues.get(queue)
        return found.qsize() if found else 0

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        bell.ring()

    def _put_fanout(self, *args: Any, **kwargs: Any) -> None:
        super()._put_fanout(*args, **kwargs)
        bell.ring()

    def basic_ack(self, *args: Any, **kwargs: Any) -> None:
        super().basic_ack(*args, **kwargs)
        bell.ring()  # the prefetch window moved

    def basic_reject(self, *args: Any, **kwargs: Any) -> None:
        super().basic_reject(*args, **kwargs)
        bell.ring()


class Transport(memory.Transport):
    """The transport behind `embedded://`."""

    Channel = Channel
    driver_name = SCHEME

    def drain_events(self, connection: Any, timeout: float | None = None, **_kwargs: Any) -> None:
        """Deliver one message, waiting for it.

        Raises:
            TimeoutError: None came in time, or waiting is over; see `Bell.end`.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            rings = bell.rings  # before looking: what is put after is not missed
            try:
                self.cycle.get(self._deliver, timeout=0)  # type: ignore[union-attr] # set by kombu's __init__
            except Empty:
                left = 1.0 if until is None else until - time.monotonic()
                if left <= 0 or bell.is_over:
                    raise TimeoutError from None
                bell.wait(rings=rings, seconds=left)
            else:
                return


def register() -> None:
    """Make `embedded://` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
