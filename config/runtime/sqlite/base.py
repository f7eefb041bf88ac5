"""Django's SQLite backend with a fair queue in front of write transactions.

SQLite's own busy handler is unfair: under twelve writers some wait for seconds. Here they stand in
line, within this process.
"""

import threading
from collections import deque
from typing import Any

from django.db.backends.sqlite3 import base


class FairLock:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_held = False

    def acquire(self, timeout: float) -> bool:
        """Wait for our turn, at most `timeout` seconds; return whether it came."""
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._mutex:
            if turn.is_set():  # it came between the time-out and here
                return True
            self._waiting.remove(turn)
            return False

    def release(self) -> None:
        """Hand the lock to whoever has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_held = False


_locks: dict[str, FairLock] = {}


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the fair lock before BEGIN IMMEDIATE and gives it back when the transaction ends."""

    _held: FairLock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        lock = _locks.setdefault(str(self.settings_dict["NAME"]), FairLock())
        timeout = self.settings_dict["OPTIONS"].get("timeout", 5)
        if self._held is None and lock.acquire(timeout):
            self._held = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # not in the stubs
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.release()

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc] # not in the stubs
        finally:
            self._let_go()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc] # not in the stubs
        finally:
            self._let_go()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc] # not in the stubs
        finally:
            self._let_go()
