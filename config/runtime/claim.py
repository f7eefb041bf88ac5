"""One `up` at a time for each data folder: what is embedded is nobody's but the one process's.

A second one would queue the first one's jobs again while they run, and keep the schedules beside
it. The lock is the system's: it ends with the last process that holds it, however that one ends.
Standard library only, like the supervisor, which holds it and hands it on to each child: one that
outlives its supervisor for some seconds, because that was killed, still runs jobs.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sys
import time
from pathlib import Path

NAME = "up.lock"
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})
ORPHAN_SECONDS = 10.0
"""How long to wait for a child whose supervisor was killed; more than it takes to end."""


class Claim:
    """The data folder of one `up`; it holds until the process and its children end.

    Attributes:
        descriptors: What a child must have handed down so that it holds the folder too; none
            where nothing is locked.
    """

    def __init__(self, file: int | None) -> None:
        self._file = file
        self.descriptors: tuple[int, ...] = () if file is None else (file,)

    def tell(self, address: str) -> None:
        """Leave word for others where the platform answers."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()} {address}\n".encode(), 0)

    def release(self) -> None:
        """Give the folder back, as far as this process holds it."""
        if self._file is not None:
            os.close(self._file)
        self._file, self.descriptors = None, ()


def nothing_claimed() -> Claim:
    """Return the claim of a process that shares its data: its broker is outside."""
    return Claim(None)


def claim(folder: Path) -> Claim:
    """Take a data folder for this process alone.

    Where the file system knows no locks, nobody is kept out, and the person at the terminal is told
    so.

    Raises:
        SystemExit: Another has it, or no file can be made in it; the text says what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        msg = f"atrium: the data folder {folder} cannot be used: {error.strerror}"
        raise SystemExit(msg) from None
    try:
        _lock(file, folder)
    except OSError as error:
        os.close(file)
        if error.errno not in NO_LOCKS:
            raise
        sys.stderr.write(
            f"atrium: {folder} is on a file system without locks; see to it yourself that nothing"
            " else serves from it\n"
        )
        return nothing_claimed()
    except SystemExit:
        os.close(file)
        raise
    made = Claim(file)
    made.tell("")
    return made


def keep(file: int) -> None:
    """Hold a claim that was handed down, and hand it no further to what this process starts."""
    os.set_inheritable(file, False)  # noqa: FBT003 - it takes no name


def _lock(file: int, folder: Path) -> None:
    until = time.monotonic() + ORPHAN_SECONDS
    is_told = False
    while not _try_lock(file):
        pid, address = _holder(file)
        if _is_alive(pid) or time.monotonic() > until:
            raise SystemExit(_refusal(folder, pid, address))
        if not is_told:
            sys.stderr.write("atrium: waiting for a process that was left behind to end\n")
            is_told = True
        time.sleep(0.1)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True


def _holder(file: int) -> tuple[int, str]:
    """Return the pid of who holds the lock, 0 if it did not say, and where it answers."""
    told = os.pread(file, 200, 0).decode(errors="replace").split()
    pid = int(told[0]) if told and told[0].isdecimal() else 0
    return pid, told[1] if len(told) > 1 else ""


def _is_alive(pid: int) -> bool:
    """Tell whether a process is there; one that did not say who it is has just begun."""
    if not pid:
        return True
    with contextlib.suppress(PermissionError):  # it is there, and somebody else's
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True


def _refusal(folder: Path, pid: int, address: str) -> str:
    who = f"process {pid}" if pid else "another process"
    where = f", which answers at {address}" if address else ""
    return (
        f"atrium: the data folder {folder} is in use by {who}{where};"
        " end that one, or choose another folder by ATRIUM_DATA_DIR"
    )
