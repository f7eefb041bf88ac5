"""Firings: messages sent because the time of a schedule has come."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from apps.core.jobs import Job
from apps.scheduling.choices import Trigger
from apps.scheduling.constants import (
    DUE_HEADER,
    SCHEDULE_HEADER,
    TRIGGER_HEADER,
    UNTIL_HEADER,
)
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.selectors.plans import Times, times_after, times_due, times_of
from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.selectors.times import next_times
from apps.scheduling.services.execution import policy_options
from apps.scheduling.services.missed import Firing, moments_settle

FIRINGS = uuid.UUID("7b0e1c52-7f0c-4b53-9f0b-6a4e2f5b8f3d")
"""The ids of the tasks are made from it: the same moment of the same schedule, the same id."""

AHEAD = timedelta(minutes=1)
"""What lies further ahead than this was written by a clock that was wrong."""

log = logging.getLogger(__name__)


class BrokenScheduleError(Exception):
    """The row cannot be kept as it is; says why."""


def schedule_due(*, schedule: PeriodicTask, after: datetime | None = None) -> datetime | None:
    """Return the first moment at which nothing was sent yet, gone by or to come.

    A schedule that is settled until far ahead, by a clock that was wrong, counts from now on.

    Args:
        schedule: With `interval` and `crontab` at hand.
        after: What lies before is settled.

    Raises:
        BrokenScheduleError: It follows nothing that can be read.
    """
    _heal(schedule)
    with _readable():
        found = times_after(times_of(schedule), settled=after)
    return found[0] if found else None


def schedule_fire(
    *, schedule: PeriodicTask, now: datetime, kept_since: datetime, after: datetime | None = None
) -> int:
    """Send what has become due, and make up for what was missed; return how many were sent.

    Another process that does the same at the same moment sends nothing: each moment is claimed in
    the row together with the sending, or neither happens.

    Args:
        schedule: Fresh from the table.
        now: The moment at hand.
        kept_since: Since when somebody keeps the schedules without a break.
        after: What lies before is settled.

    Raises:
        BrokenScheduleError: It cannot be sent as it is.
        OSError: The broker does not take it, nor any other error of the broker; nothing is
            claimed then.
    """
    policy = policy_of_schedule(schedule.pk) or SchedulePolicy()
    times, newest = times_of(schedule), policy.missed_limit + 1
    with _readable():
        moments = times_due(times, now=now, settled=after, newest=newest)
    if not moments:
        return 0
    firings = moments_settle(
        moments=moments, kept_since=kept_since, pause=_pause(times, moments[-1]), policy=policy
    )
    if len(firings) < len(moments):
        log.warning("%s: missed times were dropped", schedule.name)
    if schedule.one_off:
        firings = firings[-1:]
    limits = policy_options(policy)
    return sum(_fire(schedule, firing, limits) for firing in firings)


def schedule_disable(*, schedule: PeriodicTask, reason: str) -> None:
    """Switch a schedule off by itself, and say why in the log."""
    log.error("the schedule %r is switched off: %s", schedule.name, reason)
    # Not save(), which would write over what somebody is changing.
    PeriodicTask.objects.filter(pk=schedule.pk).update(enabled=False)
    PeriodicTasks.update_changed()


def schedule_end(*, schedule: PeriodicTask) -> None:
    """Switch a schedule off whose end has come."""
    log.info("the schedule %r has come to its end", schedule.name)
    PeriodicTask.objects.filter(pk=schedule.pk, expires__lte=timezone.now()).update(enabled=False)
    PeriodicTasks.update_changed()


def _heal(schedule: PeriodicTask) -> None:
    now = timezone.now()
    if max(schedule.last_run_at or now, schedule.date_changed) <= now + AHEAD:
        return
    log.warning("%s was settled by a clock that was ahead; it counts from now on", schedule.name)
    schedule.last_run_at, schedule.date_changed = None, now
    PeriodicTask.objects.filter(pk=schedule.pk).update(last_run_at=None, date_changed=now)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise BrokenScheduleError(str(error)) from error


def _pause(times: Times, moment: datetime) -> timedelta:
    following = next_times(times.rule, count=1, after=moment)
    return following[0] - moment if following else timedelta.max


@transaction.atomic
def _fire(schedule: PeriodicTask, firing: Firing, limits: Mapping[str, Any]) -> bool:
    is_open = Q(last_run_at=None) | Q(last_run_at__lt=firing.due_at)
    row = PeriodicTask.objects.filter(is_open, pk=schedule.pk, enabled=True)
    count: Any = F("total_run_count") + 1
    values: dict[str, Any] = {"last_run_at": firing.due_at, "total_run_count": count}
    if schedule.one_off:
        values |= {"enabled": False, "total_run_count": 0}
    # Inside the transaction: a twin waits here for our commit, and then finds it claimed. If we
    # die before it, the twin sends the message again, under the same id.
    if not row.update(**values):
        return False
    # The row forgets its last moment when it is changed; and not save(), which is for people.
    SchedulePolicy.objects.filter(schedule_id=schedule.pk).update(ran_at=timezone.now())
    _send(schedule, firing, limits)
    return True


def _send(schedule: PeriodicTask, firing: Firing, limits: Mapping[str, Any]) -> None:
    task = current_app.tasks.get(schedule.task)
    if not isinstance(task, Job):
        msg = f"no job is called {schedule.task}"
        raise BrokenScheduleError(msg)
    args, kwargs, headers = _read(schedule)
    headers |= {
        SCHEDULE_HEADER: schedule.pk,
        TRIGGER_HEADER: str(firing.trigger),
        DUE_HEADER: firing.due_at.isoformat(),
        "periodic_task_name": schedule.name,  # the table of results keeps it
    }
    if (until := _until(schedule, firing)) is not None:
        headers[UNTIL_HEADER] = until.isoformat()
    # The exchange and the key of each queue have its name.
    queue = schedule.queue or schedule.routing_key or schedule.exchange or task.lane
    if queue not in current_app.amqp.queues:
        msg = f"there is no queue {queue}"
        raise BrokenScheduleError(msg)
    task.apply_async(
        args=args,
        kwargs=kwargs,
        task_id=str(uuid.uuid5(FIRINGS, f"{schedule.pk} {firing.due_at.isoformat()}")),
        queue=queue,
        headers=headers,
        priority=schedule.priority,
        **limits,
    )


def _until(schedule: PeriodicTask, firing: Firing) -> datetime | None:
    """Return until when a message may wait; one for a missed time may as long as it takes."""
    if schedule.expires is not None or firing.trigger == Trigger.CATCH_UP:
        return schedule.expires  # type: ignore[no-any-return] # it has no types
    if schedule.expire_seconds is None:
        return None
    return timezone.now() + timedelta(seconds=schedule.expire_seconds)


def _read(schedule: PeriodicTask) -> tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]:
    try:
        args, kwargs, headers = (
            json.loads(text or empty)
            for text, empty in (
                (schedule.args, "[]"),
                (schedule.kwargs, "{}"),
                (schedule.headers, "{}"),
            )
        )
    except ValueError as error:
        msg = f"its arguments cannot be read: {error}"
        raise BrokenScheduleError(msg) from error
    if not isinstance(args, list) or not isinstance(kwargs, dict) or not isinstance(headers, dict):
        msg = "its arguments are no list and no object"
        raise BrokenScheduleError(msg)
    return tuple(args), kwargs, headers
