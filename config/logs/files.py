"""A log file that several processes write, and that any of them may put aside."""

from __future__ import annotations

import fcntl
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path


class SharedFileHandler(RotatingFileHandler):
    """Rotates by size under a lock between processes; the others then go on in the new file.

    The standard handler would let two processes each put the file of the other aside.

    Args:
        path: The file; its folder is made.
        max_bytes: Size at which it is put aside.
        backups: How many are kept.
    """

    def __init__(self, *, path: str, max_bytes: int, backups: int) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(
            path, maxBytes=max_bytes, backupCount=max(1, backups), encoding="utf-8", delay=True
        )

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the standard library's name
        """Tell whether the file is full; first follow what another process has begun."""
        self._follow()
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802 - the standard library's name
        """Put the file aside, unless another process did so while this one waited."""
        with Path(f"{self.baseFilename}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._follow()
            if self.stream is None or os.fstat(self.stream.fileno()).st_size >= self.maxBytes // 2:
                super().doRollover()

    def _follow(self) -> None:
        if self.stream is None:
            self.stream = self._open()
            return
        try:
            there = os.stat(self.baseFilename)  # noqa: PTH116 - called for every line
        except FileNotFoundError:
            there = None
        here = os.fstat(self.stream.fileno())
        if there is None or (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino):
            self.stream.close()
            self.stream = self._open()
