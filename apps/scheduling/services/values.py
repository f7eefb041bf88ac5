"""What a schedule holds: set, checked, and read again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from apps.core.errors import InvalidInputError
from apps.core.jobs import QUICK, SCHEDULED, SLOW
from apps.scheduling.errors import BothEndsError, ScheduleNameTakenError
from apps.scheduling.selectors.jobs import job_misfit, job_named
from apps.scheduling.services.arguments import arguments_of, arguments_set
from apps.scheduling.services.times import ends_verify, times_set
from apps.scheduling.validators import SHAPES

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
def schedule_fill(*, schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    """Set the values that are given of a schedule, which the caller saves.

    Raises:
        ScheduleNameTakenError: Another schedule has the name.
        BothEndsError: Both of its ends are given.
        InvalidInputError: A value breaks a rule; names it.
    """
    kept = copy.copy(schedule)
    for name, column in COLUMNS.items():
        if name in values:
            setattr(schedule, column, values[name])
    arguments_set(schedule=schedule, kept=kept, values=values)
    _check_name(schedule)
    _check_job(schedule)
    _check_queue(schedule)
    _check_ends(schedule, values)
    if TIMES & set(values):
        times_set(schedule=schedule, values={k: v for k, v in values.items() if k in TIMES})


def state_of(schedule: PeriodicTask) -> dict[str, Any]:
    """Return what code declares of a schedule."""
    columns = {name: getattr(schedule, column) or None for name, column in COLUMNS.items()}
    given = {column: _readable(schedule, column) or None for column in SHAPES}
    return columns | given | {"times": (schedule.interval_id, schedule.crontab_id)}


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


def _readable(schedule: PeriodicTask, column: str) -> Any:
    """Return arguments, or the text where it is no JSON of the right kind."""
    try:
        return arguments_of(schedule, column)
    except InvalidInputError:
        return getattr(schedule, column)


def _check_name(schedule: PeriodicTask) -> None:
    others = PeriodicTask.objects.filter(name=schedule.name).exclude(pk=schedule.pk)
    if others.exists():
        raise ScheduleNameTakenError(name=schedule.name)


def _check_job(schedule: PeriodicTask) -> None:
    if job_named(schedule.task) is None:
        raise InvalidInputError(field="task", message=_("There is no such job."))
    args, kwargs = arguments_of(schedule, "args"), arguments_of(schedule, "kwargs")
    if fault := job_misfit(schedule.task, args, kwargs):
        raise InvalidInputError(*fault)


def _check_queue(schedule: PeriodicTask) -> None:
    queue = queue_verify(task=schedule.task, queue=schedule.queue)
    for column in ("exchange", "routing_key"):
        if (getattr(schedule, column) or queue) != queue:  # each queue has one of its own name
            text = _("It must be that of the queue: %(name)s.") % {"name": queue}
            raise InvalidInputError(field=column, message=text)


def _check_ends(schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    end, seconds = schedule.expires, schedule.expire_seconds
    if end is not None and seconds is not None:
        if values.get("expires_at") is not None and values.get("expire_seconds") is not None:
            raise BothEndsError
        if values.get("expires_at") is not None:
            schedule.expire_seconds = None
        else:
            schedule.expires = None
    is_start = values.get("start_at") is not None and "expires_at" not in values
    field = "start_time" if is_start else "expire_time"
    ends_verify(start=schedule.start_time, end=schedule.expires, field=field)
