"""Small facts that need not be written before the answer leaves: gathered, then written at once."""

import atexit
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import close_old_connections, connection

K = TypeVar("K")
V = TypeVar("V")
log = logging.getLogger(__name__)
_all: "WeakSet[WriteBehind[Any, Any]]" = WeakSet()


class WriteBehind(Generic[K, V]):
    """Keep the last value of each key and write them all every few seconds, from one thread.

    What is lost when the process is killed is what was put since the last write; use it only
    where that is acceptable. A process that ends in good order writes first.

    Args:
        write: Called with what was put since the last time; never empty.
        seconds: How long between two writes.
    """

    def __init__(self, write: Callable[[Mapping[K, V]], None], *, seconds: float) -> None:
        self._write = write
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._pending: dict[K, V] = {}
        self._timer: threading.Timer | None = None
        _all.add(self)

    def put(self, key: K, value: V) -> None:
        """Remember a value; it is written within `seconds`."""
        with self._mutex:
            self._pending[key] = value
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self.run)
                self._timer.daemon = True
                self._timer.start()

    def pending_count(self) -> int:
        """Return how many values wait to be written."""
        return len(self._pending)

    def flush(self) -> None:
        """Write what is pending now, in this thread."""
        pending = self.take()
        if pending:
            self._write(pending)

    def take(self) -> dict[K, V]:
        """Return what is pending and forget it."""
        with self._mutex:
            pending, self._pending = self._pending, {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        return pending

    def run(self) -> None:
        """Write what is pending, with a connection that is closed again; failures are logged."""
        if not self._pending:
            return
        try:
            close_old_connections()
            try:
                self.flush()
            finally:
                connection.close()
        except Exception:  # one writer's fault may not cost what the others hold
            log.exception("could not write behind")


def run_all() -> None:
    """Write everything that is pending anywhere in this process, whichever writer fails."""
    for each in list(_all):
        each.run()


def forget_all() -> None:
    """Drop everything that is pending; for tests, whose rows are gone when they end."""
    for each in list(_all):
        each.take()


atexit.register(run_all)
