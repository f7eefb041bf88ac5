"""Schedules: made, changed, switched, deleted and started by people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from apps.core.errors import NotFoundError
from apps.scheduling.choices import ScheduleKind
from apps.scheduling.errors import (
    JobUnknownError,
    ScheduleDeclaredError,
    ScheduleNameTakenError,
)
from apps.scheduling.models import Run
from apps.scheduling.selectors.jobs import job_named
from apps.scheduling.services.arguments import arguments_of
from apps.scheduling.services.policies import policy_of, policy_set
from apps.scheduling.services.runs import run_start
from apps.scheduling.services.tempo import Tempo, tempo_of, tempo_save
from apps.scheduling.services.times import times_prune
from apps.scheduling.services.values import schedule_fill, state_of


@transaction.atomic
def schedule_create(
    *,
    name: str,
    task: str,
    kind: ScheduleKind,
    policy: Mapping[str, Any] | None = None,
    is_enabled: bool = True,
    **values: Any,
) -> PeriodicTask:
    """Make a schedule.

    Args:
        name: Unique.
        task: Full name of a declared job.
        kind: Whether `every` and `period`, or `cron`, give its times.
        policy: Columns of `SchedulePolicy`.
        is_enabled: Whether it starts at once.
        values: `every`, `period`, `cron`, `args` (JSON list), `kwargs` (JSON object), and the keys
            of `services.values.COLUMNS`.

    Raises:
        ScheduleNameTakenError: Another schedule has the name.
        BothEndsError: Both of its ends are given.
        InvalidInputError: A value breaks a rule; names it.
    """
    schedule = PeriodicTask(enabled=is_enabled)
    schedule_fill(schedule=schedule, values={"name": name, "task": task, "kind": kind, **values})
    _save(schedule)
    policy_set(schedule=schedule, values=policy or {})
    return schedule


@transaction.atomic
def schedule_update(
    *,
    schedule: PeriodicTask,
    policy: Mapping[str, Any] | None = None,
    is_enabled: bool | None = None,
    **values: Any,
) -> PeriodicTask:
    """Change what is given, see `schedule_create`, and return the row as it is now.

    Of the two ends, the one that is given takes the place of the other. With other times a
    schedule counts from now on.

    Raises:
        ScheduleNameTakenError: Another schedule has the name.
        BothEndsError: Both of its ends are given.
        ScheduleDeclaredError: It is declared in code, and more than its policy would change.
        JobUnknownError: It is enabled, but its job is declared no more.
        InvalidInputError: A value breaks a rule; names it.
        NotFoundError: It was deleted in the meantime.
    """
    schedule = _locked(schedule)
    before, times = state_of(schedule), (schedule.interval, schedule.crontab)
    tempo = tempo_of(schedule)
    if values:
        schedule_fill(schedule=schedule, values=values)
    if state_of(schedule) != before and policy_of(schedule).declared_by:
        raise ScheduleDeclaredError(name=schedule.name)
    if (schedule.interval, schedule.crontab) != times:
        schedule.last_run_at = None  # else the new times would seem to have been missed
    if is_enabled is not None:
        _switch(schedule, is_enabled=is_enabled)
    if schedule.one_off and not before["one_off"]:
        schedule.total_run_count = 0  # else beat would take it for one that ran
    _save(schedule, tempo)
    policy_set(schedule=schedule, values=policy or {})
    _prune(schedule, *times)
    return schedule


@transaction.atomic
def schedule_switch(*, schedule: PeriodicTask, is_enabled: bool | None = None) -> PeriodicTask:
    """Enable or disable a schedule; without a value, the other of what it is.

    What was due while it was off is not made up for: an enabled schedule counts from now on.

    Raises:
        JobUnknownError: It is to be enabled, but its job is declared no more.
        NotFoundError: It was deleted in the meantime.
    """
    schedule = _locked(schedule)
    tempo = tempo_of(schedule)
    _switch(schedule, is_enabled=not schedule.enabled if is_enabled is None else is_enabled)
    _save(schedule, tempo)
    policy_set(schedule=schedule, values={})  # keeps by whom it was changed, and when
    return schedule


@transaction.atomic
def schedule_delete(*, schedule: PeriodicTask) -> None:
    """Delete a schedule; its runs stay.

    Raises:
        ScheduleDeclaredError: It is declared in code.
        NotFoundError: It was deleted in the meantime.
    """
    schedule = _locked(schedule)
    if policy_of(schedule).declared_by:
        raise ScheduleDeclaredError(name=schedule.name)
    times = schedule.interval, schedule.crontab
    schedule.delete()
    _tell_beat()
    _prune(schedule, *times)


def schedule_execute(*, schedule: PeriodicTask) -> Run:
    """Queue its job now, with its arguments and queue; the schedule stays as it is.

    Raises:
        JobUnknownError: The job is declared no more.
        InvalidInputError: The job does not take the arguments any more.
    """
    return run_start(
        name=schedule.task,
        args=arguments_of(schedule, "args"),
        kwargs=arguments_of(schedule, "kwargs"),
        queue=schedule.queue or "",
        schedule=schedule,
    )


def _locked(schedule: PeriodicTask) -> PeriodicTask:
    rows = PeriodicTask.objects.select_for_update().order_by()
    found: PeriodicTask | None = rows.filter(pk=schedule.pk).first()
    if found is None:
        raise NotFoundError
    return found


def _switch(schedule: PeriodicTask, *, is_enabled: bool) -> None:
    if is_enabled and not schedule.enabled:
        if job_named(schedule.task) is None and not policy_of(schedule).declared_by:
            raise JobUnknownError(name=schedule.task)
        schedule.last_run_at = None
        if schedule.one_off:
            schedule.total_run_count = 0
    schedule.enabled = is_enabled


def _save(schedule: PeriodicTask, before: Tempo = ()) -> None:
    try:
        with transaction.atomic():
            tempo_save(schedule=schedule, before=before)
    except IntegrityError:  # somebody was quicker; the name is all that is unique
        raise ScheduleNameTakenError(name=schedule.name) from None
    except ValidationError as error:
        if "name" in getattr(error, "error_dict", ()):
            raise ScheduleNameTakenError(name=schedule.name) from None
        raise
    _tell_beat()


def _tell_beat() -> None:
    # Saving does so, too, but with a moment before the commit, at which beat cannot see the change
    # yet; with a later one of somebody else in between it would never look again.
    transaction.on_commit(PeriodicTasks.update_changed)


def _prune(schedule: PeriodicTask, *rows: Any) -> None:
    for row in rows:
        if row not in {schedule.interval, schedule.crontab} or schedule.pk is None:
            times_prune(row=row)
