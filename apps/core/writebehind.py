"""Small facts that need not be written before the answer leaves: gathered, then written at once."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from django.db import DatabaseError, close_old_connections, connection

K = TypeVar("K")
V = TypeVar("V")
log = logging.getLogger(__name__)


class WriteBehind(Generic[K, V]):
    """Keep the last value of each key and write them all every few seconds, from one thread.

    What is lost when the process is killed is what was put since the last write; use it only
    where that is acceptable.

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

    def put(self, key: K, value: V) -> None:
        """Remember a value; it is written within `seconds`."""
        with self._mutex:
            self._pending[key] = value
            if self._timer is None:
                self._timer = threading.Timer(self._seconds, self._run)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what is pending now, in this thread."""
        with self._mutex:
            pending, self._pending = self._pending, {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if pending:
            self._write(pending)

    def _run(self) -> None:
        close_old_connections()
        try:
            self.flush()
        except DatabaseError:
            log.exception("could not write behind")
        finally:
            connection.close()
