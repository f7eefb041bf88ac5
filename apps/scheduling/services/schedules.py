"""Schedules: made, changed, switched, deleted and started by people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.core.errors import InvalidInputError
from apps.scheduling.choices import Period, ScheduleKind
from apps.scheduling.constants import LEAST_SECONDS, LONGEST_SECONDS
from apps.scheduling.errors import ScheduleDeclaredError, ScheduleNameTakenError
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.selectors.jobs import job_misfit, job_named
from apps.scheduling.selectors.times import crontab_of, next_times
from apps.scheduling.services.runs import run_start

COLUMNS = {
    "name": "name",
    "task": "task",
    "queue": "queue",
    "exchange": "exchange",
    "routing_key": "routing_key",
    "start_at": "start_time",
    "expires_at": "expires",
    "expire_seconds": "expire_seconds",
    "one_off": "one_off",
    "remark": "description",
}
"""What the services call the columns of `PeriodicTask`."""


@transaction.atomic
def schedule_create(
    *,
    name: str,
    task: str,
    kind: ScheduleKind,
    policy: Mapping[str, Any] | None = None,
    **values: Any,
) -> PeriodicTask:
    """Make a schedule.

    Args:
        name: Unique.
        task: Full name of a declared job.
        kind: Whether `every` and `period`, or `cron`, give its times.
        policy: Columns of `SchedulePolicy`.
        values: `every`, `period`, `cron`, `args` (JSON list), `kwargs` (JSON object), and the keys
            of `COLUMNS`.

    Raises:
        ScheduleNameTakenError: Another schedule has the name.
        InvalidInputError: A value breaks a rule; names it.
    """
    schedule = PeriodicTask(enabled=True)
    _fill(schedule, {"name": name, "task": task, "kind": kind, **values})
    schedule.save()
    SchedulePolicy.objects.create(schedule=schedule, **(policy or {}))
    return schedule


@transaction.atomic
def schedule_update(
    *, schedule: PeriodicTask, policy: Mapping[str, Any] | None = None, **values: Any
) -> PeriodicTask:
    """Change what is given; see `schedule_create`.

    Raises:
        ScheduleNameTakenError: Another schedule has the name.
        ScheduleDeclaredError: Its times are declared in code.
        InvalidInputError: A value breaks a rule; names it.
    """
    kept = policy_of(schedule)
    if values and kept.declared_by:
        raise ScheduleDeclaredError(name=schedule.name)
    if values:
        _fill(schedule, values)
        schedule.save()
    for column, value in (policy or {}).items():
        setattr(kept, column, value)
    kept.save()
    return schedule


@transaction.atomic
def schedule_switch(*, schedule: PeriodicTask, is_enabled: bool | None = None) -> PeriodicTask:
    """Enable or disable a schedule; without a value, the other of what it is."""
    schedule.enabled = not schedule.enabled if is_enabled is None else is_enabled
    if schedule.enabled:
        schedule.last_run_at = None  # what was due while it was off is not made up for
    schedule.save()
    return schedule


@transaction.atomic
def schedule_delete(*, schedule: PeriodicTask) -> None:
    """Delete a schedule; its runs stay.

    Raises:
        ScheduleDeclaredError: It is declared in code.
    """
    if policy_of(schedule).declared_by:
        raise ScheduleDeclaredError(name=schedule.name)
    schedule.delete()


def schedule_execute(*, schedule: PeriodicTask) -> Run:
    """Queue its job now, with its arguments and queue; the schedule stays as it is.

    Raises:
        JobUnknownError: The job is declared no more.
        InvalidInputError: The job does not take the arguments any more.
    """
    return run_start(
        name=schedule.task,
        args=json.loads(schedule.args or "[]"),
        kwargs=json.loads(schedule.kwargs or "{}"),
        queue=schedule.queue or "",
        schedule=schedule,
    )


def policy_of(schedule: PeriodicTask) -> SchedulePolicy:
    """Return the policy of a schedule, made where there is none yet."""
    return SchedulePolicy.objects.get_or_create(schedule=schedule)[0]


def _fill(schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    for name, column in COLUMNS.items():
        if name in values:
            setattr(schedule, column, values[name])
    for column in ("args", "kwargs"):
        if column in values:
            setattr(schedule, column, json.dumps(values[column], ensure_ascii=False))
    _check_name(schedule)
    _check_job(schedule)
    _check_ends(schedule)
    if "kind" in values:
        _set_times(schedule, values)


def _check_name(schedule: PeriodicTask) -> None:
    others = PeriodicTask.objects.filter(name=schedule.name).exclude(pk=schedule.pk)
    if others.exists():
        raise ScheduleNameTakenError(name=schedule.name)


def _check_job(schedule: PeriodicTask) -> None:
    if job_named(schedule.task) is None:
        raise InvalidInputError(field="task", message=_("There is no such job."))
    args, kwargs = json.loads(schedule.args or "[]"), json.loads(schedule.kwargs or "{}")
    if fault := job_misfit(schedule.task, args, kwargs):
        raise InvalidInputError(*fault)


def _check_ends(schedule: PeriodicTask) -> None:
    start, end = schedule.start_time, schedule.expires
    if end is not None and schedule.expire_seconds is not None:
        raise InvalidInputError(
            field="expire_seconds", message=_("Give one of the two ends, not both.")
        )
    if start is not None and end is not None and end <= start:
        raise InvalidInputError(
            field="expire_time", message=_("The end must come after the start.")
        )


def _set_times(schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    if values["kind"] == ScheduleKind.CRONTAB:
        schedule.crontab, schedule.interval = _crontab(values.get("cron", "")), None
    else:
        schedule.interval = _interval(values.get("every"), values.get("period"))
        schedule.crontab = None


def _interval(every: int | None, period: str | None) -> IntervalSchedule:
    if every is None or every < 1:
        raise InvalidInputError(
            field="interval_every", message=_("Give a whole number above zero.")
        )
    if period not in Period.values:
        raise InvalidInputError(field="interval_period", message=_("Choose a unit."))
    try:
        seconds = timedelta(**{period: every}).total_seconds()
    except OverflowError:
        seconds = LONGEST_SECONDS + 1
    if not LEAST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise InvalidInputError(
            field="interval_every", message=_("An interval lasts between a second and ten years.")
        )
    # Not get_or_create: a table that others write to, too, may hold the same interval twice.
    found = IntervalSchedule.objects.filter(every=every, period=period).first()
    return found or IntervalSchedule.objects.create(every=every, period=period)


def _crontab(text: str) -> CrontabSchedule:
    try:
        times = crontab_of(text)
    except ValueError:
        raise InvalidInputError(
            field="crontab",
            message=_("Give five fields: minute, hour, day of month, month, day of week."),
        ) from None
    if not next_times(times, count=1):
        raise InvalidInputError(field="crontab", message=_("These times never come."))
    minute, hour, day, month, weekday = text.split()
    fields = {
        "minute": minute,
        "hour": hour,
        "day_of_month": day,
        "month_of_year": month,
        "day_of_week": weekday,
    }
    found = CrontabSchedule.objects.filter(**fields).first()
    return found or CrontabSchedule.objects.create(**fields)
