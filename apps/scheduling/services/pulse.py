"""The runs at hand in this process, and the thread that tells of them.

A job may be atomic for minutes, so what it tells of itself is kept in memory and written by one
thread of the process with a connection of its own: percent and text, lines, signs of life. It also
looks whether somebody asked for the end of a run. It begins with the first run and ends soon after
the last.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import Error, close_old_connections, connections
from django.utils import timezone

from apps.core.live import broadcast
from apps.core.times import wire_time
from apps.scheduling.choices import RunState
from apps.scheduling.constants import (
    BEAT_SECONDS,
    HARD_SECONDS,
    LEASE_SECONDS,
    LINE_SECONDS,
    RUN_CHANGED,
    RUN_LINES,
    RUNS_GROUP,
    TELL_SECONDS,
    TOLD_LINES,
)
from apps.scheduling.models import Run, RunLine, SchedulePolicy
from apps.scheduling.services.leases import lease_keep, lease_take

LINGER_SECONDS = 1.0
"""How long the thread waits for another run."""

Line = tuple[datetime, str, str]
log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class Live:
    """A run at hand.

    Attributes:
        run_id: Key of its row; None for a quiet job, which has none.
        policy: That of its schedule, as it was when it began.
        attempt: Which try of its row it is; 0 for a quiet job.
        lease: The lease that it holds; "" for none.
        is_ousted: Whether its lease ran out and another run took it.
        is_direct: Whether it runs in its caller's thread and so in their transaction: what it
            tells is written at once.
        ends_at: By the monotonic clock, when its time is over.
    """

    task_id: str
    name: str
    run_id: int | None = None
    schedule_id: int | None = None
    policy: SchedulePolicy | None = None
    attempt: int = 0
    retries: int = 0
    lease: str = ""
    is_direct: bool = False
    is_forked: bool = False
    ends_at: float | None = None
    percent: float = 0.0
    text: str = ""
    is_told: bool = True
    is_cancelled: bool = False
    is_ousted: bool = False
    asked_at: float = 0.0
    is_killed: bool = False
    line_count: int = 0
    lines: deque[Line] = field(default_factory=deque)

    @property
    def is_over(self) -> bool:
        """Tell whether its time is over."""
        return self.ends_at is not None and time.monotonic() > self.ends_at

    @property
    def holder(self) -> str:
        """Return the name under which this attempt, and no other, holds its lease."""
        return f"{self.task_id}:{self.attempt}"

    @property
    def holder_before(self) -> str:
        """Return the name under which the attempt before held it."""
        return f"{self.task_id}:{self.attempt - 1}"


class Pulse:
    """Follows the runs at hand.

    Attributes:
        node: The name of this process's worker, as far as it is known.
    """

    def __init__(self) -> None:
        self.node = ""
        self._mutex = threading.Lock()
        self._bell = threading.Event()
        self._over = threading.Event()
        self._runs: dict[str, Live] = {}
        self._thread: threading.Thread | None = None

    def add(self, live: Live) -> None:
        """Follow a run."""
        with self._mutex:
            self._runs[live.task_id] = live
            if live.is_direct or (self._thread is not None and self._thread.is_alive()):
                return
            self._over.clear()
            self._thread = threading.Thread(target=self._follow, name="pulse", daemon=True)
            self._thread.start()

    def remove(self, live: Live) -> None:
        """Follow a run no more; its next try, which may have begun, is followed still."""
        with self._mutex:
            if self._runs.get(live.task_id) is live:
                del self._runs[live.task_id]

    def get(self, task_id: str | None) -> Live | None:
        """Return a run at hand."""
        return self._runs.get(task_id or "")

    def at_hand(self) -> list[Live]:
        """Return all runs at hand."""
        with self._mutex:
            return list(self._runs.values())

    def wake(self) -> None:
        """Tell the thread that there is something to write."""
        self._bell.set()

    def stop(self) -> None:
        """End the thread and wait for it; for tests, whose database goes away."""
        self._over.set()
        self._bell.set()
        if self._thread is not None:
            self._thread.join(10)
        self._runs.clear()

    def _follow(self) -> None:
        beaten = lined = 0.0
        idle_since = time.monotonic()
        try:
            while True:
                now = time.monotonic()
                runs = [live for live in self.at_hand() if not live.is_direct]
                idle_since = now if runs else idle_since
                if now - idle_since > LINGER_SECONDS and self._may_end():
                    return
                is_beat, is_line = now - beaten >= BEAT_SECONDS, now - lined >= LINE_SECONDS
                beaten = now if is_beat else beaten
                lined = now if is_line else lined
                _write(runs, is_beat=is_beat, is_line=is_line)
                if self._over.wait(TELL_SECONDS):
                    return
                self._bell.wait(LINE_SECONDS - TELL_SECONDS)
                self._bell.clear()
        finally:
            connections.close_all()

    def _may_end(self) -> bool:
        with self._mutex:
            if any(not live.is_direct for live in self._runs.values()):
                return False
            self._thread = None
            return True


pulse = Pulse()


def _forget_parent() -> None:
    """Begin anew in a child process, where the thread is not and a lock may be held for ever."""
    pulse.__init__()  # type: ignore[misc] # the object is known by its name elsewhere


os.register_at_fork(after_in_child=_forget_parent)


def live_flush(live: Live) -> None:
    """Write and tell what a run has told of itself and is not written yet."""
    if not live.is_told:
        run_tell(live, state=RunState.RUNNING, percent=live.percent, text=live.text)
        _write_state(live)
    if live.lines:
        _write_lines(live)


def _write(runs: Sequence[Live], *, is_beat: bool, is_line: bool) -> None:
    untold = [live for live in runs if not live.is_told]
    try:
        close_old_connections()
        for live in untold:  # before anything is written, which may have to wait for a lock
            run_tell(live, state=RunState.RUNNING, percent=live.percent, text=live.text)
        for live in untold:
            _write_state(live)
        for live in runs:
            if is_line and live.lines:
                _write_lines(live)
        if is_line and runs:
            _look_for_ends(runs)
        if is_beat and runs:
            _beat(runs)
    except Exception:  # the thread's boundary: without signs of life, runs are lost
        # Database or broker is away. What was not written is tried again with the next round.
        log.warning("the runs at hand could not be written", exc_info=True)
        connections.close_all()


def _beat(runs: Sequence[Live]) -> None:
    ids = [live.run_id for live in runs if live.run_id is not None]
    Run.objects.filter(pk__in=ids, state=RunState.RUNNING).update(seen_at=timezone.now())
    for live in runs:
        if live.lease and not live.is_ousted and not _keep(live):
            log.error("%s lost its lease %s and has to end", live.task_id, live.lease)
            live.is_ousted = True


def _keep(live: Live) -> bool:
    if lease_keep(name=live.lease, holder=live.holder):
        return True
    # It ran out, as when the database was away, and whoever took it has given it back since.
    return lease_take(name=live.lease, holder=live.holder, longest=LEASE_SECONDS)


def _look_for_ends(runs: Sequence[Live]) -> None:
    ids = [live.run_id for live in runs if live.run_id is not None]
    asked = Run.objects.filter(pk__in=ids, cancel_asked_at__isnull=False)
    found = set(asked.values_list("pk", flat=True))
    now = time.monotonic()
    for live in runs:
        if live.run_id in found and not live.is_cancelled:
            live.is_cancelled, live.asked_at = True, now
        is_late = live.is_cancelled and now - live.asked_at > HARD_SECONDS
        if is_late and live.is_forked and not live.is_killed:
            current_app.control.revoke(live.task_id, terminate=True, signal="SIGKILL")
            live.is_killed = True


def _write_state(live: Live) -> None:
    live.is_told = True
    if live.run_id is None:
        return
    try:
        Run.objects.filter(pk=live.run_id, state=RunState.RUNNING).update(
            percent=live.percent, text=live.text, seen_at=timezone.now()
        )
    except Error:
        live.is_told = False
        raise


def _write_lines(live: Live) -> None:
    if live.run_id is None:  # a quiet job, which leaves them only if it fails
        return
    lines = [live.lines.popleft() for _ in range(len(live.lines))]
    rows = [RunLine(run_id=live.run_id, at=at, level=level, text=text) for at, level, text in lines]
    try:
        RunLine.objects.bulk_create(rows, batch_size=200)
        told = _keyed(live.run_id, rows[-TOLD_LINES:])
    except Error:
        live.lines.extendleft(reversed(lines))
        raise
    broadcast(
        RUNS_GROUP,
        RUN_LINES,
        id=live.run_id,
        task_id=live.task_id,
        lines=[_told(row) for row in told],
        missed=len(rows) - len(told),
    )


def _keyed(run_id: int, rows: list[RunLine]) -> list[RunLine]:
    """Return rows that were just written, with their keys, which MySQL does not tell."""
    if all(row.pk is not None for row in rows):
        return rows
    return list(RunLine.objects.filter(run_id=run_id).order_by("-pk")[: len(rows)])[::-1]


def _told(row: RunLine) -> dict[str, Any]:
    """Return a line as the API shows it, so that a client can go on there after its id."""
    return {"id": row.pk, "time": wire_time(row.at), "level": str(row.level), "text": row.text}


def run_tell(run: Run | Live, *, state: str, percent: float, text: str) -> None:
    """Tell who watches how far a run is."""
    pk: Any = run.pk if isinstance(run, Run) else run.run_id
    if pk is None:
        return
    broadcast(
        RUNS_GROUP,
        RUN_CHANGED,
        id=pk,
        task_id=run.task_id,
        name=run.name,
        schedule=run.schedule_id,
        state=str(state),
        percent=percent,
        text=text,
    )
