"""What Celery's beat asks when to send what: the schedules of the database, kept by one alone.

Any number of these may run. The one that holds the lease acts; the others ask for it at each turn,
and one of them has it at once after a clean stop and within `LEASE_SECONDS` and a turn after a
crash. Should two believe to have it, because one of them was asleep, each moment of a schedule is
still sent once: see `services.firings`.
"""

import logging
import os
import socket
import uuid
from datetime import datetime, timedelta

from celery.beat import Scheduler
from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import close_old_connections
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from kombu.exceptions import KombuError

from apps.scheduling.selectors.halts import halt_now
from apps.scheduling.services.declared import schedules_declare
from apps.scheduling.services.firings import (
    BrokenScheduleError,
    schedule_disable,
    schedule_due,
    schedule_end,
    schedule_fire,
)
from apps.scheduling.services.leases import lease_drop, lease_take
from config.celery import declared_schedules

LEASE = "beat"
LEASE_SECONDS = 15
RENEW = timedelta(seconds=LEASE_SECONDS / 3)
BREAK = timedelta(seconds=LEASE_SECONDS)
"""A longer pause between two turns is one in which nobody kept the schedules."""

READ_AGAIN = timedelta(minutes=5)
"""Rows may change without a sign of it, by hand or from a backup."""

TRY_AGAIN = timedelta(seconds=60)
LEAST_PAUSE = 0.02
log = logging.getLogger(__name__)


def holder_name() -> str:
    """Return the name under which this process holds the lease.

    The one process of the embedded mode has the same name again after a crash, so that it need not
    wait for the end of its own lease; that there is one such process alone, see `claim`.
    """
    host = socket.gethostname()
    if not settings.ATRIUM.celery_broker_url:
        return f"{host}:{settings.ATRIUM.data_dir}"[-150:]
    return f"{host}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[-150:]


class LeasedScheduler(Scheduler):
    """Sends what the schedules ask for while it holds the lease."""

    def setup_schedule(self) -> None:
        """Begin without the lease; what code declares is declared by whoever has it."""
        self._longest = float(self.max_interval or RENEW.total_seconds())
        self.holder = holder_name()
        self.is_held = self._is_halted = False
        self._kept_since = self._seen_at = self._renewed_at = timezone.now()
        self._read_at: datetime | None = None
        self._stamp: datetime | None = None
        self._rows: dict[int, PeriodicTask] = {}
        self._due: dict[int, datetime] = {}
        self._settled: dict[int, datetime] = {}

    def tick(self, *_args: object, **_kwargs: object) -> float:
        """Do what is due; return the seconds until there may be more."""
        close_old_connections()
        try:
            return self._turn()
        except DatabaseFault as error:
            log.warning("the database does not answer, trying again: %s", error)
            self._read_at = None
            return self._longest

    def close(self) -> None:
        """Give the lease up, so that another need not wait for its end."""
        super().close()
        try:
            if self.is_held:
                lease_drop(name=LEASE, holder=self.holder)
        except DatabaseFault as error:
            log.warning("the lease ends by itself: %s", error)
        self.is_held = False

    def _turn(self) -> float:
        now = timezone.now()
        if not self._holds(now):
            return self._longest
        self._read(now)
        for pk in [pk for pk, due_at in self._due.items() if due_at <= now]:
            if not self._holds(timezone.now()):
                break
            self._fire(pk, now)
        soonest = min(self._due.values(), default=now + READ_AGAIN)
        pause = (soonest - timezone.now()).total_seconds()
        return max(LEAST_PAUSE, min(pause, self._longest))

    def _holds(self, now: datetime) -> bool:
        was_away = now - self._seen_at > BREAK
        if not self.is_held or was_away or now - self._renewed_at >= RENEW:
            had, self.is_held = self.is_held, False  # until all that follows has worked
            has = lease_take(name=LEASE, holder=self.holder, seconds=LEASE_SECONDS)
            if has and (was_away or not had):
                self._begin(now)
            elif had and not has:
                log.warning("another than %s keeps the schedules now", self.holder)
            self.is_held, self._renewed_at = has, now
        self._seen_at = now
        return self.is_held

    def _begin(self, now: datetime) -> None:
        log.info("%s keeps the schedules now", self.holder)
        self._kept_since = now
        self._settled.clear()
        self._read_at = None
        schedules_declare(declared=declared_schedules())

    def _read(self, now: datetime) -> None:
        stamp = PeriodicTasks.last_change()  # before the rows: what changes after is seen next time
        is_fresh = self._read_at is not None and now - self._read_at < READ_AGAIN
        if is_fresh and stamp == self._stamp:
            return
        self._halt(now)
        rows = PeriodicTask.objects.filter(enabled=True).select_related("interval", "crontab")
        self._rows = {} if self._is_halted else {row.pk: row for row in rows}
        self._due = {}
        for row in self._rows.values():
            self._plan(row)
        self._stamp, self._read_at = stamp, now

    def _halt(self, now: datetime) -> None:
        """Look whether all schedules are paused; nobody kept them while they were."""
        had, self._is_halted = self._is_halted, halt_now() is not None
        if had and not self._is_halted:
            self._kept_since = now
            self._settled.clear()

    def _plan(self, row: PeriodicTask) -> None:
        self._due.pop(row.pk, None)
        try:
            due_at = schedule_due(schedule=row, after=self._settled.get(row.pk))
        except BrokenScheduleError as error:
            schedule_disable(schedule=row, reason=str(error))
            return
        if due_at is not None:
            self._due[row.pk] = due_at
        elif row.expires is not None:
            self._due[row.pk] = row.expires  # to switch it off

    def _fire(self, pk: int, now: datetime) -> None:
        row = PeriodicTask.objects.select_related("interval", "crontab").filter(pk=pk).first()
        if row is None or not row.enabled:
            self._due.pop(pk, None)
            return
        try:
            schedule_fire(
                schedule=row, now=now, kept_since=self._kept_since, after=self._settled.get(pk)
            )
        except BrokenScheduleError as error:
            self._due.pop(pk, None)
            schedule_disable(schedule=row, reason=str(error))
        except (OSError, KombuError) as error:
            log.warning("the broker does not take %s, trying again: %s", row.name, error)
            self._due[pk] = now + timedelta(seconds=self._longest)
        except DatabaseFault:
            raise
        except Exception:  # the boundary between one schedule and the others
            log.exception("the schedule %s cannot be kept, trying again in a minute", row.name)
            self._due[pk] = now + TRY_AGAIN
        else:
            self._go_on(row, now)

    def _go_on(self, row: PeriodicTask, now: datetime) -> None:
        self._settled[row.pk] = now
        if row.expires is not None and row.expires <= now:
            self._due.pop(row.pk, None)
            schedule_end(schedule=row)
            return
        row.refresh_from_db(fields=["enabled", "last_run_at"])
        if row.enabled:
            self._plan(row)
        else:
            self._due.pop(row.pk, None)
