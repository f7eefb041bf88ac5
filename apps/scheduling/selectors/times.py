"""When a schedule runs next."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import current_app
from celery.schedules import ParseException, crontab
from django.utils import timezone

FIELDS = 5


def crontab_of(text: str) -> crontab:
    """Return the times of five fields: minute, hour, day of month, month, day of week.

    Raises:
        ValueError: They are not five, or one cannot be read.
    """
    fields = text.split()
    if len(fields) != FIELDS:
        raise ValueError(text)
    minute, hour, day, month, weekday = fields
    try:
        return crontab(
            minute=minute,
            hour=hour,
            day_of_month=day,
            month_of_year=month,
            day_of_week=weekday,
            app=current_app,
        )
    except (ParseException, ValueError) as error:
        raise ValueError(text) from error


def next_times(
    times: crontab | timedelta,
    *,
    count: int = 5,
    after: datetime | None = None,
    until: datetime | None = None,
) -> list[datetime]:
    """Return the next moments, soonest first; fewer where the schedule ends or never comes.

    Args:
        times: What the schedule follows.
        count: Moments at most.
        after: The moment to count from; now by default.
        until: The end of the schedule.
    """
    moment = after or timezone.now()
    found: list[datetime] = []
    while len(found) < count:
        try:
            moment = _following(times, moment)
        except (RuntimeError, ValueError, OverflowError):
            break
        if until is not None and moment >= until:
            break
        found.append(moment)
    return found


def _following(times: crontab | timedelta, moment: datetime) -> datetime:
    if isinstance(times, timedelta):
        return moment + times
    local = moment.astimezone(timezone.get_default_timezone())
    start, delta, _now = times.remaining_delta(local)
    following: datetime = start + delta
    return following
