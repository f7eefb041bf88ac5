"""Schedules: made, changed, switched, deleted and started by people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from apps.core.errors import InvalidInputError, NotFoundError
from apps.core.jobs import QUICK, SCHEDULED, SLOW
from apps.scheduling.choices import ScheduleKind
from apps.scheduling.errors import (
    JobUnknownError,
    ScheduleDeclaredError,
    ScheduleNameTakenError,
)
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.selectors.jobs import job_misfit, job_named
from apps.scheduling.services.policies import policy_set
from apps.scheduling.services.runs import run_start
from apps.scheduling.services.times import times_prune, times_set
from apps.scheduling.validators import SHAPES, arguments_text

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

TIMES = {"kind", "every", "period", "cron"}
QUEUES = (QUICK, SLOW, SCHEDULED)


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
            of `COLUMNS`.

    Raises:
        ScheduleNameTakenError: Another schedule has the name.
        InvalidInputError: A value breaks a rule; names it.
    """
    schedule = PeriodicTask(enabled=is_enabled)
    _fill(schedule, {"name": name, "task": task, "kind": kind, **values})
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
        ScheduleDeclaredError: It is declared in code, and more than its policy would change.
        JobUnknownError: It is enabled, but its job is declared no more.
        InvalidInputError: A value breaks a rule; names it.
        NotFoundError: It was deleted in the meantime.
    """
    schedule = _locked(schedule)
    before, times = _state(schedule), (schedule.interval, schedule.crontab)
    if values:
        _fill(schedule, values)
    if _state(schedule) != before and policy_of(schedule).declared_by:
        raise ScheduleDeclaredError(name=schedule.name)
    if (schedule.interval, schedule.crontab) != times:
        schedule.last_run_at = None  # else the new times would seem to have been missed
    if is_enabled is not None:
        _switch(schedule, is_enabled=is_enabled)
    if schedule.one_off and not before["one_off"]:
        schedule.total_run_count = 0  # else beat would take it for one that ran
    _save(schedule)
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
    _switch(schedule, is_enabled=not schedule.enabled if is_enabled is None else is_enabled)
    _save(schedule)
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
        args=_read(schedule, "args"),
        kwargs=_read(schedule, "kwargs"),
        queue=schedule.queue or "",
        schedule=schedule,
    )


def policy_of(schedule: PeriodicTask) -> SchedulePolicy:
    """Return the policy of a schedule, made where there is none yet."""
    return SchedulePolicy.objects.get_or_create(schedule=schedule)[0]


def queue_verify(*, task: str, queue: str | None) -> str:
    """Return the queue that a job waits in.

    Args:
        task: Full name of a declared job.
        queue: Another queue than its own.

    Raises:
        InvalidInputError: There is no such queue.
    """
    if queue and queue not in QUEUES:
        text = _("Choose one of the queues: %(names)s.") % {"names": ", ".join(QUEUES)}
        raise InvalidInputError(field="queue", message=text)
    info = job_named(task)
    return queue or (info.queue if info else QUICK)


def _locked(schedule: PeriodicTask) -> PeriodicTask:
    rows = PeriodicTask.objects.select_for_update().order_by()
    found: PeriodicTask | None = rows.filter(pk=schedule.pk).first()
    if found is None:
        raise NotFoundError
    return found


def _state(schedule: PeriodicTask) -> dict[str, Any]:
    """Return what code declares of a schedule."""
    columns = {name: getattr(schedule, column) or None for name, column in COLUMNS.items()}
    given = {column: _parsed(schedule, column) or None for column in SHAPES}
    return columns | given | {"times": (schedule.interval_id, schedule.crontab_id)}


def _parsed(schedule: PeriodicTask, column: str) -> Any:
    """Return arguments, or the text where it is no JSON: others may have written it."""
    text = getattr(schedule, column)
    try:
        return json.loads(text or "null")
    except ValueError:
        return text


def _read(schedule: PeriodicTask, column: str) -> Any:
    value, shape = _parsed(schedule, column), SHAPES[column]
    if value is not None and not isinstance(value, shape):
        raise InvalidInputError(field=column, message=_("This is not JSON of the right kind."))
    return shape() if value is None else value


def _switch(schedule: PeriodicTask, *, is_enabled: bool) -> None:
    if is_enabled and not schedule.enabled:
        if job_named(schedule.task) is None and not policy_of(schedule).declared_by:
            raise JobUnknownError(name=schedule.task)
        schedule.last_run_at = None
        if schedule.one_off:
            schedule.total_run_count = 0
    schedule.enabled = is_enabled


def _save(schedule: PeriodicTask) -> None:
    try:
        with transaction.atomic():
            schedule.save()
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


def _fill(schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    for name, column in COLUMNS.items():
        if name in values:
            setattr(schedule, column, values[name])
    for column in SHAPES:
        if column in values:
            setattr(schedule, column, arguments_text(column, values[column]))
    _check_name(schedule)
    _check_job(schedule)
    _check_queue(schedule)
    _check_ends(schedule, values)
    if TIMES & set(values):
        times_set(schedule=schedule, values={k: v for k, v in values.items() if k in TIMES})


def _check_name(schedule: PeriodicTask) -> None:
    others = PeriodicTask.objects.filter(name=schedule.name).exclude(pk=schedule.pk)
    if others.exists():
        raise ScheduleNameTakenError(name=schedule.name)


def _check_job(schedule: PeriodicTask) -> None:
    if job_named(schedule.task) is None:
        raise InvalidInputError(field="task", message=_("There is no such job."))
    args, kwargs = _read(schedule, "args"), _read(schedule, "kwargs")
    if fault := job_misfit(schedule.task, args, kwargs):
        raise InvalidInputError(*fault)


def _check_queue(schedule: PeriodicTask) -> None:
    queue = queue_verify(task=schedule.task, queue=schedule.queue)
    for column in ("exchange", "routing_key"):
        if (getattr(schedule, column) or queue) != queue:  # each queue has one of its own name
            text = _("It must be that of the queue: %(name)s.") % {"name": queue}
            raise InvalidInputError(field=column, message=text)


def _check_ends(schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    start, end, seconds = schedule.start_time, schedule.expires, schedule.expire_seconds
    if end is not None and seconds is not None:
        if values.get("expires_at") is not None and values.get("expire_seconds") is not None:
            raise InvalidInputError(
                field="expire_seconds", message=_("Give one of the two ends, not both.")
            )
        if values.get("expires_at") is not None:
            schedule.expire_seconds = None
        else:
            schedule.expires = None
    if start is not None and schedule.expires is not None and schedule.expires <= start:
        raise InvalidInputError(
            field="expire_time", message=_("The end must come after the start.")
        )
