from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.core.errors import InvalidInputError
from apps.scheduling.choices import ScheduleKind
from apps.scheduling.selectors.plans import times_of
from apps.scheduling.services.times import (
    cron_fields,
    ends_verify,
    interval_length,
    times_prune,
    times_set,
    times_verify_part,
)
from apps.scheduling.tests.factories import make_schedule

pytestmark = pytest.mark.django_db


def _set(**values: Any) -> PeriodicTask:
    schedule = PeriodicTask(name="x", task="y")
    times_set(schedule=schedule, values=values)
    return schedule


def test_equal_times_share_a_row() -> None:
    one, two = (_set(kind=ScheduleKind.INTERVAL, every=3, period="hours") for _n in range(2))
    assert one.interval == two.interval
    one, two = (_set(kind=ScheduleKind.CRONTAB, cron="1  2 * * mon") for _n in range(2))
    assert one.crontab == two.crontab
    assert times_of(one).cron == "1 2 * * mon"


def test_a_crontab_of_another_zone_is_another_one() -> None:
    fields = {"minute": "1", "hour": "2", "timezone": "America/Caracas"}
    other = CrontabSchedule.objects.create(**fields)
    made = _set(kind=ScheduleKind.CRONTAB, cron="1 2 * * *").crontab
    assert made != other
    assert str(made.timezone) == settings.CELERY_TIMEZONE


def test_a_row_that_is_there_twice_is_no_fault() -> None:
    rows = [IntervalSchedule.objects.create(every=77, period="days") for _n in range(2)]
    assert _set(kind=ScheduleKind.INTERVAL, every=77, period="days").interval in rows


def test_nought_is_not_taken_for_a_value_left_out() -> None:
    made = make_schedule(every=7)
    for values in ({"every": None}, {"period": ""}, {"cron": "1 1 1 1 1"}):
        times_set(schedule=made, values=values)
        assert (made.interval.every, made.interval.period) == (7, "minutes")
    with pytest.raises(InvalidInputError):
        times_set(schedule=made, values={"every": 0})


@pytest.mark.parametrize(
    ("is_crontab", "values", "field"),
    [
        (False, {"cron": "1 1 1 1 *"}, "crontab"),
        (True, {"every": 3}, "interval_every"),
        (True, {"period": "hours"}, "interval_period"),
        (False, {"kind": ScheduleKind.CRONTAB}, "crontab"),
        (False, {"kind": ScheduleKind.CRONTAB, "cron": ""}, "crontab"),
        (True, {"kind": ScheduleKind.INTERVAL, "period": "hours"}, "interval_every"),
    ],
)
def test_a_change_of_a_part_says_what_becomes_of_the_times(
    is_crontab: bool,  # noqa: FBT001 - a case
    values: dict[str, Any],
    field: str,
) -> None:
    made = make_schedule(kind=ScheduleKind(int(is_crontab)))
    with pytest.raises(InvalidInputError) as caught:
        times_verify_part(schedule=made, values=values)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cron": "", "remark": "x"},
        {"every": 3},
        {"kind": ScheduleKind.INTERVAL, "cron": "1 1 1 1 *"},
        {"kind": ScheduleKind.CRONTAB, "cron": "1 1 1 1 *", "every": 3},
    ],
)
def test_a_change_that_leaves_no_doubt_passes(values: dict[str, Any]) -> None:
    times_verify_part(schedule=make_schedule(), values=values)


def test_the_end_comes_after_the_start() -> None:
    now = timezone.now()
    for start, end in ((None, None), (now, None), (None, now), (now, now + timedelta(seconds=1))):
        ends_verify(start=start, end=end)
    with pytest.raises(InvalidInputError) as caught:
        ends_verify(start=now, end=now, field="start_time")
    assert caught.value.field == "start_time"


def test_other_kinds_of_times_give_way() -> None:
    schedule = PeriodicTask(name="x", task="y", solar_id=7, clocked_id=8)
    times_set(schedule=schedule, values={"kind": ScheduleKind.CRONTAB})
    assert (schedule.solar_id, schedule.clocked_id) == (None, None)
    assert times_of(schedule).cron == "* * * * *"


@pytest.mark.parametrize(
    ("every", "period", "field"),
    [
        (None, "days", "interval_every"),
        (0, "days", "interval_every"),
        (2**31, "microseconds", "interval_every"),
        (999_999, "microseconds", "interval_every"),
        (3661, "days", "interval_every"),
        (2**31 - 1, "days", "interval_every"),
        (1, "weeks", "interval_period"),
        (1, None, "interval_period"),
    ],
)
def test_an_interval_that_is_none_is_refused(
    every: int | None, period: str | None, field: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        interval_length(every=every, period=period)
    assert caught.value.field == field


def test_the_shortest_interval_is_a_second() -> None:
    assert interval_length(every=1, period="seconds") == timedelta(seconds=1)
    assert interval_length(every=1_000_000, period="microseconds") == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Give five fields"),
        ("* * * *", "Give five fields"),
        ("* * * * * *", "Give five fields"),
        ("@daily", "Give five fields"),
        ("1;drop * * * *", "The field “minute” cannot be read."),
        ("60 * * * *", "The field “minute” cannot be read."),
        ("* 24 * * *", "The field “hour” cannot be read."),
        ("* * 0 * *", "The field “day of month” cannot be read."),
        ("* * * 13 *", "The field “month” cannot be read."),
        ("* * * * \uff17", "The field “day of week” cannot be read."),
        ("*/0 * * * *", "The field “minute” cannot be read."),
        ("0 0 31 2 *", "These times never come."),
        (",".join(["59"] * 200) + " * * * *", "A field is too long."),
    ],
)
def test_a_crontab_that_is_refused_is_told_why(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        cron_fields(text)
    assert caught.value.field == "crontab"
    assert str(caught.value).startswith(said)


def test_five_fields_are_taken() -> None:
    assert cron_fields(" */5 0-6 1,15 * sun ") == {
        "minute": "*/5",
        "hour": "0-6",
        "day_of_month": "1,15",
        "month_of_year": "*",
        "day_of_week": "sun",
    }
    assert cron_fields("0 0 29 2 *")
    assert cron_fields("0 0 29 2 1")


def test_a_row_in_use_stays() -> None:
    made = make_schedule(every=7)
    times_prune(row=made.interval)
    assert IntervalSchedule.objects.filter(pk=made.interval_id).exists()
    times_prune(row=None)


def test_a_row_without_use_goes() -> None:
    row = IntervalSchedule.objects.create(every=78, period="days")
    times_prune(row=row)
    assert not IntervalSchedule.objects.filter(pk=row.pk).exists()


def test_what_the_database_holds_fast_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Any, _using: str) -> None:
        raise IntegrityError

    row = IntervalSchedule.objects.create(every=79, period="days")
    monkeypatch.setattr("django.db.models.query.QuerySet._raw_delete", refuse)
    times_prune(row=row)
    assert IntervalSchedule.objects.filter(pk=row.pk).exists()
