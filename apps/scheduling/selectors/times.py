"""When a schedule runs.

The moments are worked out here and not by Celery, which is an hour out at changes of the clock. A
time that the clock skips in spring comes as much later as the clock jumps; a time that it shows
twice in autumn comes once, or twice where the schedule names every hour.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import count as count_up
from itertools import islice, takewhile
from typing import Any

from celery.schedules import crontab
from django.utils import timezone

from apps.core.times import LATEST_YEAR

EVERY_HOUR = 24
CYCLE_YEARS = 400
"""After them days of the month fall on the same weekdays again; what does not come within them
never comes. A leap day on a given weekday can take forty years. Source: the Gregorian calendar."""

LOOK_BACK = timedelta(hours=3)
"""More than any clock is put back at once."""

Rule = crontab | timedelta


def next_times(
    rule: Rule,
    *,
    count: int = 5,
    after: datetime | None = None,
    until: datetime | None = None,
    start: datetime | None = None,
    anchor: datetime | None = None,
) -> list[datetime]:
    """Return the next moments, soonest first; fewer where the schedule ends or never comes.

    Args:
        rule: What the schedule follows.
        count: Moments at most.
        after: The moment to count from; now by default.
        until: The end of the schedule.
        start: The beginning of the schedule, which is a moment of an interval.
        anchor: The last run, from which an interval counts; `after` by default.
    """
    found = _moments(rule, after or timezone.now(), start, anchor)
    if until is not None:
        found = takewhile(lambda moment: moment < until, found)
    return list(islice(found, count))


def past_times(
    rule: Rule,
    *,
    after: datetime,
    now: datetime,
    start: datetime | None = None,
    anchor: datetime | None = None,
    newest: int,
) -> list[datetime]:
    """Return the newest moments after `after` and not after `now`, oldest first.

    Args:
        rule: What the schedule follows.
        after: The moment to count from.
        now: The last moment that counts.
        start: The beginning of the schedule.
        anchor: The last run, from which an interval counts; `after` by default.
        newest: Moments at most.
    """
    if isinstance(rule, timedelta) and now > after:
        if start is None:
            anchor = anchor or after
        # An interval of a second has many of them in a night.
        after += rule * max((now - after) // rule - newest, 0)
    found = takewhile(lambda moment: moment <= now, _moments(rule, after, start, anchor))
    return list(deque(found, maxlen=newest))


def _moments(
    rule: Rule, after: datetime, start: datetime | None, anchor: datetime | None
) -> Iterator[datetime]:
    if isinstance(rule, timedelta):
        yield from _of_interval(rule, after, start, anchor)
        return
    last = after
    if start is not None and start > after:
        last = start - timedelta(microseconds=1)
    for moment in _of_crontab(rule, last):
        if moment > last:  # a clock that jumps shows some moments twice
            last = moment
            yield moment


def _of_interval(
    every: timedelta, after: datetime, start: datetime | None, anchor: datetime | None
) -> Iterator[datetime]:
    if start is not None and (anchor is None or anchor < start):
        anchor, first = start, 0
    else:
        anchor, first = anchor or after, 1
    number = max(first, (after - anchor) // every + 1)
    for step in count_up(number):
        try:
            yield anchor + every * step
        except OverflowError:
            return


# Any: the stubs leave out what a crontab consists of.
def _of_crontab(times: Any, after: datetime) -> Iterator[datetime]:
    zone = getattr(times, "tz", None) or timezone.get_default_timezone()
    local, earlier = (moment.astimezone(zone) for moment in (after, after - LOOK_BACK))
    if local.utcoffset() != earlier.utcoffset():
        local = earlier  # the clock has just been changed; what it shows may come again
    minutes, hours = sorted(times.minute), sorted(times.hour)
    is_hourly = len(hours) == EVERY_HOUR
    for day in _days(times, local.date()):
        from_hour = local.hour if day == local.date() else 0
        for hour in hours:
            if hour >= from_hour:
                yield from _of_hour(day, hour, minutes, zone, is_hourly=is_hourly)


def _days(times: Any, first: date) -> Iterator[date]:
    """Yield the days from `first` on, by the months and days of month that fit alone."""
    days, months = sorted(times.day_of_month), sorted(times.month_of_year)
    for year in range(first.year, min(first.year + CYCLE_YEARS, LATEST_YEAR) + 1):
        for month in months:
            for day in days[: bisect_right(days, calendar.monthrange(year, month)[1])]:
                found = date(year, month, day)
                if found >= first and found.isoweekday() % 7 in times.day_of_week:
                    yield found


def _of_hour(
    day: date, hour: int, minutes: list[int], zone: tzinfo, *, is_hourly: bool
) -> list[datetime]:
    shown = [datetime(day.year, day.month, day.day, hour, minute) for minute in minutes]  # noqa: DTZ001 - what the clock on the wall shows
    found = {_at(wall, zone, fold=0) for wall in shown}
    if is_hourly and any(_comes_twice(wall, zone) for wall in (shown[0], shown[-1])):
        found |= {_at(wall, zone, fold=1) for wall in shown if _comes_twice(wall, zone)}
    return sorted(found)


def _at(wall: datetime, zone: tzinfo, *, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _comes_twice(wall: datetime, zone: tzinfo) -> bool:
    first, second = (_at(wall, zone, fold=fold) for fold in (0, 1))
    return second > first  # in a gap it is the other way round
