from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_celery_beat.tzcrontab import TzAwareCrontab

from apps.scheduling.selectors.times import next_times, past_times

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _in(zone: ZoneInfo, text: str) -> TzAwareCrontab:
    minute, hour, day, month, weekday = text.split()
    return TzAwareCrontab(
        minute=minute,
        hour=hour,
        day_of_month=day,
        month_of_year=month,
        day_of_week=weekday,
        tz=zone,
    )


def _shown(times: Any, *, after: datetime, zone: ZoneInfo, count: int) -> list[str]:
    found = next_times(times, count=count, after=after)
    return [moment.astimezone(zone).strftime("%d %H:%M%z") for moment in found]


def test_an_interval_counts_from_the_last_run() -> None:
    found = next_times(
        timedelta(minutes=10), count=2, after=NOON, anchor=NOON - timedelta(minutes=13)
    )
    assert [moment - NOON for moment in found] == [timedelta(minutes=7), timedelta(minutes=17)]


def test_an_interval_without_a_run_counts_from_the_moment_given() -> None:
    found = next_times(timedelta(hours=1), count=1, after=NOON)
    assert found == [NOON + timedelta(hours=1)]


def test_an_interval_begins_with_the_start_itself() -> None:
    start = NOON + timedelta(hours=3)
    found = next_times(timedelta(hours=2), count=2, after=NOON, start=start)
    assert found == [start, start + timedelta(hours=2)]


def test_a_start_before_the_last_run_changes_nothing() -> None:
    anchor = NOON - timedelta(minutes=1)
    found = next_times(
        timedelta(hours=1), count=1, after=NOON, start=NOON - timedelta(days=9), anchor=anchor
    )
    assert found == [anchor + timedelta(hours=1)]


def test_a_crontab_waits_for_the_start_and_then_for_its_own_time() -> None:
    start = datetime(2026, 5, 3, 10, 30, tzinfo=UTC)
    times = _in(ZoneInfo("UTC"), "0 12 * * *")
    assert next_times(times, count=1, after=NOON, start=start) == [start.replace(hour=12, minute=0)]
    at_its_time = start.replace(hour=12, minute=0)
    assert next_times(times, count=1, after=NOON, start=at_its_time) == [at_its_time]


def test_a_schedule_that_ends_has_no_times_after_it() -> None:
    found = next_times(timedelta(hours=1), after=NOON, until=NOON + timedelta(hours=3))
    assert len(found) == 2


def test_an_interval_that_leaves_the_calendar_ends() -> None:
    assert next_times(timedelta(days=365 * 9000), after=NOON) == []


def test_now_is_where_counting_begins() -> None:
    (found,) = next_times(timedelta(hours=1), count=1)
    assert timezone.now() < found <= timezone.now() + timedelta(hours=1)


def test_a_time_that_the_clock_skips_comes_after_the_jump_and_once() -> None:
    before = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)
    assert _shown(_in(NEW_YORK, "30 2 * * *"), after=before, zone=NEW_YORK, count=2) == [
        "08 03:30-0400",
        "09 02:30-0400",
    ]
    assert _shown(_in(NEW_YORK, "30 2,3 * * *"), after=before, zone=NEW_YORK, count=2) == [
        "08 03:30-0400",
        "09 02:30-0400",
    ]


def test_what_comes_each_quarter_comes_each_quarter_in_spring() -> None:
    before = datetime(2026, 3, 8, 1, 30, tzinfo=NEW_YORK)
    found = next_times(_in(NEW_YORK, "*/15 * * * *"), count=12, after=before)
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert gaps == {timedelta(minutes=15)}


def test_a_time_that_the_clock_shows_twice_comes_once() -> None:
    before = datetime(2026, 10, 31, 12, tzinfo=NEW_YORK)
    assert _shown(_in(NEW_YORK, "30 1 * * *"), after=before, zone=NEW_YORK, count=2) == [
        "01 01:30-0400",
        "02 01:30-0500",
    ]
    between = datetime(2026, 11, 1, 1, 45, tzinfo=NEW_YORK)
    assert _shown(_in(NEW_YORK, "30 1 * * *"), after=between, zone=NEW_YORK, count=1) == [
        "02 01:30-0500"
    ]


@pytest.mark.parametrize(
    ("zone", "before"),
    [
        (NEW_YORK, datetime(2026, 11, 1, 0, 30, tzinfo=NEW_YORK)),
        (LORD_HOWE, datetime(2026, 4, 5, 0, 30, tzinfo=LORD_HOWE)),
        (LORD_HOWE, datetime(2026, 10, 4, 0, 30, tzinfo=LORD_HOWE)),
    ],
)
def test_what_comes_each_quarter_comes_each_quarter_when_the_clock_changes(
    zone: ZoneInfo, before: datetime
) -> None:
    found = next_times(_in(zone, "*/15 * * * *"), count=16, after=before)
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert gaps == {timedelta(minutes=15)}


def test_the_leap_day_comes_in_leap_years() -> None:
    found = next_times(_in(ZoneInfo("UTC"), "0 0 29 2 *"), count=2, after=NOON)
    assert [moment.date().isoformat() for moment in found] == ["2028-02-29", "2032-02-29"]


@pytest.mark.parametrize(
    ("text", "after", "years"),
    [
        ("0 0 29 2 1", NOON, [2044, 2072, 2112, 2140, 2168]),
        ("1 2 3 4 5", NOON, [2037, 2043, 2048, 2054, 2065]),
        ("30 4 1 1 0", NOON, [2034, 2040, 2045, 2051, 2062]),
        ("0 0 29 2 *", NOON.replace(year=9993), [9996]),
        ("0 0 1 1 *", NOON.replace(year=9998), []),
    ],
)
def test_the_calendar_is_looked_through_as_far_as_it_repeats(
    text: str, after: datetime, years: list[int]
) -> None:
    found = next_times(_in(ZoneInfo("UTC"), text), count=5, after=after)
    assert [moment.year for moment in found] == years


def test_the_last_day_comes_in_the_months_that_have_it() -> None:
    found = next_times(_in(ZoneInfo("UTC"), "0 0 31 * *"), count=3, after=NOON)
    assert [moment.month for moment in found] == [5, 7, 8]


def test_day_and_weekday_must_both_fit_as_with_celery() -> None:
    found = next_times(_in(ZoneInfo("UTC"), "0 0 13 * 5"), count=2, after=NOON)
    assert [moment.date().isoformat() for moment in found] == ["2026-11-13", "2027-08-13"]


def test_the_newest_of_the_moments_gone_by_are_told() -> None:
    times = _in(ZoneInfo("UTC"), "*/10 * * * *")
    found = past_times(times, after=NOON, now=NOON + timedelta(minutes=30), newest=2)
    assert found == [NOON + timedelta(minutes=20), NOON + timedelta(minutes=30)]


def test_a_night_of_seconds_is_not_counted_through() -> None:
    now = NOON + timedelta(days=300, milliseconds=500)
    found = past_times(timedelta(seconds=1), after=NOON, now=now, anchor=NOON, newest=3)
    assert [now - moment for moment in found] == [
        timedelta(seconds=seconds, milliseconds=500) for seconds in (2, 1, 0)
    ]


def test_an_interval_that_has_begun_goes_on_from_its_start() -> None:
    times = {"start": NOON - timedelta(minutes=25), "after": NOON}
    assert next_times(timedelta(minutes=10), count=1, **times) == [NOON + timedelta(minutes=5)]
    now = NOON + timedelta(minutes=30)
    found = past_times(timedelta(minutes=10), now=now, newest=2, **times)
    assert found == [NOON + timedelta(minutes=15), NOON + timedelta(minutes=25)]


def test_long_intervals_are_looked_for_no_further_back_than_there_are_any() -> None:
    decade, now = timedelta(days=3660), NOON + timedelta(days=4000)
    found = past_times(decade, after=NOON, now=now, newest=1001)
    assert found == [NOON + decade]
    assert past_times(decade, after=now, now=NOON, newest=1001) == []
