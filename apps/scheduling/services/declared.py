"""Schedules that code declares: in the table at each start as the code has them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.core.errors import InvalidInputError
from apps.scheduling.choices import Period
from apps.scheduling.constants import CRON_FIELDS
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.arguments import arguments_of, sealed_column
from apps.scheduling.services.tempo import tempo_of, tempo_save
from apps.scheduling.validators import SHAPES

UNITS = (Period.DAYS, Period.HOURS, Period.MINUTES, Period.SECONDS, Period.MICROSECONDS)
CELERYS_OWN = "celery.backend_cleanup"
"""Celery writes it into the table by itself; results are kept as long as runs here."""

Declared = Mapping[str, Mapping[str, Mapping[str, Any]]]
log = logging.getLogger(__name__)


@transaction.atomic
def schedules_declare(*, declared: Declared) -> None:
    """Bring the table in line with the code; what people switched off stays off.

    Args:
        declared: By the label of the app, then by the name of the schedule: `task`, `schedule`
            (a crontab, a timedelta or seconds), and where wanted `args`, `kwargs`, `options`
            (`queue`, `expires`), `one_off`, `description`, and `policy`, whose values hold for a
            schedule that is new.
    """
    names: set[str] = set()
    for label, entries in declared.items():
        for name, entry in entries.items():
            _declare(label, name, entry)
            names.add(name)
    gone = PeriodicTask.objects.exclude(policy=None).exclude(policy__declared_by="")
    for left in [*gone.exclude(name__in=names), *PeriodicTask.objects.filter(task=CELERYS_OWN)]:
        log.info("the schedule %r is declared no more and is removed", left.name)
        left.delete()


def _declare(label: str, name: str, entry: Mapping[str, Any]) -> None:
    values = _values(entry)
    row = PeriodicTask.objects.select_for_update().filter(name=name).first()
    if row is None:
        row = PeriodicTask.objects.create(name=name, **_sealed(values))
        SchedulePolicy.objects.create(
            schedule=row, declared_by=label, **dict(entry.get("policy", {}))
        )
        return
    # Saved where it differs alone: beat reads all schedules anew after a change.
    if any(_kept(row, column) != value for column, value in values.items()):
        before = tempo_of(row)
        for column, value in _sealed(values).items():
            setattr(row, column, value)
        tempo_save(schedule=row, before=before)
    SchedulePolicy.objects.update_or_create(schedule=row, defaults={"declared_by": label})


def _values(entry: Mapping[str, Any]) -> dict[str, Any]:
    options = entry.get("options", {})
    times = entry["schedule"]
    is_crontab = isinstance(times, crontab)
    return {
        "task": entry["task"],
        "crontab": _crontab(times) if is_crontab else None,
        "interval": None if is_crontab else _interval(times),
        "args": list(entry.get("args", ())),
        "kwargs": dict(entry.get("kwargs", {})),
        "queue": options.get("queue"),
        "expire_seconds": options.get("expires", options.get("expire_seconds")),
        "one_off": bool(entry.get("one_off", False)),
        "description": str(entry.get("description", "")),
    }


def _kept(row: PeriodicTask, column: str) -> Any:
    """Return what the table has, in the shape in which code declares it."""
    if column not in SHAPES:
        return getattr(row, column)
    try:
        return arguments_of(row, column)
    except InvalidInputError:
        return None


def _sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    task = values["task"]
    kept = {column: sealed_column(task, column, values[column]) for column in SHAPES}
    return {**values, **{column: json.dumps(value) for column, value in kept.items()}}


def _crontab(times: Any) -> CrontabSchedule:
    # What was written, which Celery keeps under these names alone.
    fields = {field: str(getattr(times, f"_orig_{field}")) for field in CRON_FIELDS}
    # Not the library's from_schedule, which deletes what it finds twice, and whatever hangs on it.
    found = CrontabSchedule.objects.filter(**fields, timezone=times.tz).first()
    return found or CrontabSchedule.objects.create(**fields, timezone=times.tz)


def _interval(times: Any) -> IntervalSchedule:
    every = getattr(times, "run_every", times)
    every = every if isinstance(every, timedelta) else timedelta(seconds=every)
    period = next(unit for unit in UNITS if not every % timedelta(**{unit: 1}))
    fields = {"every": every // timedelta(**{period: 1}), "period": str(period)}
    found = IntervalSchedule.objects.filter(**fields).first()
    return found or IntervalSchedule.objects.create(**fields)
