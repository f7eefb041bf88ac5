"""The rows that hold the times of schedules: found, made, and removed when nobody uses them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.core.errors import InvalidInputError
from apps.scheduling.choices import Period, ScheduleKind
from apps.scheduling.constants import EACH_MINUTE, LEAST_SECONDS, LONGEST_SECONDS
from apps.scheduling.selectors.crontabs import cron_columns, crontab_of, unread_field
from apps.scheduling.selectors.plans import times_of

MOST_EVERY = 2**31 - 1
FIELD_NAMES: Mapping[str, Any] = {
    "minute": _("minute"),
    "hour": _("hour"),
    "day_of_month": _("day of month"),
    "month_of_year": _("month"),
    "day_of_week": _("day of week"),
}
"""What people call the fields of a crontab."""

WIRE_NAMES: Mapping[ScheduleKind, Mapping[str, str]] = {
    ScheduleKind.INTERVAL: {"every": "interval_every", "period": "interval_period"},
    ScheduleKind.CRONTAB: {"cron": "crontab"},
}
"""What gives the times of each kind, as clients call it; the first cannot be left out."""

TimesRow: TypeAlias = IntervalSchedule | CrontabSchedule


@transaction.atomic
def times_set(*, schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    """Point a schedule, which the caller saves, to the row with its times.

    Args:
        schedule: Keeps what `values` leaves out.
        values: `kind`, `every`, `period`, `cron`.

    Raises:
        InvalidInputError: A value breaks a rule; names it.
    """
    kind = values.get("kind", ScheduleKind.INTERVAL if schedule.interval else ScheduleKind.CRONTAB)
    kept = times_of(schedule)
    now = {"every": kept.every, "period": kept.period, "cron": kept.cron or EACH_MINUTE} | {
        name: value for name, value in values.items() if value not in {None, ""}
    }
    interval = crontab = None
    if kind == ScheduleKind.INTERVAL:
        interval = _interval(now["every"], now["period"])
    else:
        crontab = _crontab(now["cron"])
    schedule.interval, schedule.crontab = interval, crontab
    schedule.solar = schedule.clocked = None


def times_verify_part(*, schedule: PeriodicTask, values: Mapping[str, Any]) -> None:
    """Let a change of some of the values pass that leaves no doubt about the times.

    Args:
        schedule: As it is.
        values: What is to be changed, as for `times_set`; empty values count as left out.

    Raises:
        InvalidInputError: It has times of the other kind but does not say that the kind changes, or
            says so without the times; names the first of them.
    """
    now = ScheduleKind.INTERVAL if schedule.interval_id else ScheduleKind.CRONTAB
    [(other, names)] = ((kind, names) for kind, names in WIRE_NAMES.items() if kind != now)
    given = [field for name, field in names.items() if values.get(name) not in {None, ""}]
    needed = next(iter(names.values()))
    if "kind" not in values and given:
        text = _("The schedule is of the other kind. Send its type, too.")
        raise InvalidInputError(field=given[0], message=text)
    if values.get("kind") == other and needed not in given:
        text = _("A schedule that becomes one of this kind needs its times.")
        raise InvalidInputError(field=needed, message=text)


def ends_verify(
    *, start: datetime | None, end: datetime | None, field: str = "expire_time"
) -> None:
    """Let two ends pass of which the second comes after the first.

    Raises:
        InvalidInputError: It does not; names `field`.
    """
    if start is not None and end is not None and end <= start:
        raise InvalidInputError(field=field, message=_("The end must come after the start."))


def interval_length(*, every: int | None, period: str | None) -> timedelta:
    """Return how long an interval is.

    Raises:
        InvalidInputError: It is too short, too long, or no interval; names what is wrong.
    """
    if every is None or not 1 <= every <= MOST_EVERY:
        raise InvalidInputError(
            field="interval_every", message=_("Give a whole number above zero.")
        )
    if period not in Period.values:
        raise InvalidInputError(field="interval_period", message=_("Choose a unit."))
    try:
        length = timedelta(**{period: every})
    except OverflowError:
        length = timedelta.max
    if not LEAST_SECONDS <= length.total_seconds() <= LONGEST_SECONDS:
        raise InvalidInputError(
            field="interval_every", message=_("An interval lasts between a second and ten years.")
        )
    return length


def cron_fields(text: str) -> dict[str, str]:
    """Return the five fields by the name of their column.

    Raises:
        InvalidInputError: They cannot be read, or the times never come.
    """
    try:
        fields = cron_columns(text)
    except ValueError:
        five = _("Give five fields: minute, hour, day of month, month, day of week.")
        raise InvalidInputError(field="crontab", message=five) from None
    for name, value in fields.items():
        if len(value) > (CrontabSchedule._meta.get_field(name).max_length or 0):
            raise InvalidInputError(field="crontab", message=_("A field is too long."))
    if (unread := unread_field(fields)) is not None:
        message = _("The field “%(name)s” cannot be read.") % {"name": FIELD_NAMES[unread]}
        raise InvalidInputError(field="crontab", message=message)
    try:
        crontab_of(text)
    except ValueError:  # no year has such a day
        never = _("These times never come.")
        raise InvalidInputError(field="crontab", message=never) from None
    return fields


def times_prune(*, row: TimesRow | None) -> None:
    """Remove a row of times if no schedule uses it any more.

    One that somebody else is about to use is locked by them, and stays.
    """
    if row is None:
        return
    found = type(row)._default_manager.select_for_update(skip_locked=True).filter(pk=row.pk)
    try:
        with transaction.atomic():
            if found.first() is not None and not row.periodictask_set.exists():
                # `delete` would take along a schedule that came in past the lock; the database
                # alone refuses instead.
                found.order_by()._raw_delete(found.db)  # noqa: SLF001 - Django has no other name for it
    except IntegrityError:
        return


def _interval(every: int | None, period: str | None) -> IntervalSchedule:
    interval_length(every=every, period=period)
    # Not get_or_create: a table that others write to, too, may hold the same interval twice. The
    # lock keeps the row from being removed by whoever was the last to use it.
    rows = IntervalSchedule.objects.select_for_update().order_by("pk")
    found = rows.filter(every=every, period=period).first()
    return found or IntervalSchedule.objects.create(every=every, period=period)


def _crontab(text: str) -> CrontabSchedule:
    fields = cron_fields(text)
    rows = CrontabSchedule.objects.select_for_update().order_by("pk")
    found = rows.filter(**fields, timezone=settings.CELERY_TIMEZONE).first()
    return found or CrontabSchedule.objects.create(**fields, timezone=settings.CELERY_TIMEZONE)
