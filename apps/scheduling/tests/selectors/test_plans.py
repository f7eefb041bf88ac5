from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
)

from apps.scheduling.selectors.plans import (
    cron_of,
    interval_text,
    plan_of,
    plan_text,
    upcoming,
)


def _often(**values: object) -> PeriodicTask:
    return PeriodicTask(
        interval=IntervalSchedule(pk=1, every=10, period="seconds"), enabled=True, **values
    )


def _daily(**values: object) -> PeriodicTask:
    times = CrontabSchedule(pk=1, minute="0", hour="2", timezone=UTC)
    return PeriodicTask(crontab=times, enabled=True, **values)


def test_times_are_told_in_words() -> None:
    assert plan_text(_often()) == "every 10 seconds"
    assert plan_text(_daily()) == "At 02:00"
    assert interval_text(1, "days") == "every day"


def test_times_are_told_in_the_reader_s_language() -> None:
    with translation.override("zh-hans"):
        assert "02:00" in plan_text(_daily())
        assert "At" not in plan_text(_daily())


def test_the_fields_are_written_as_people_write_them() -> None:
    times = CrontabSchedule(minute="0, 30", hour="*", day_of_month="1", day_of_week="mon")
    assert cron_of(times) == "0,30 * 1 * mon"


def test_an_interval_counts_from_the_last_run() -> None:
    last = timezone.now() - timedelta(seconds=4)
    assert upcoming(_often(last_run_at=last), count=2) == [
        last + timedelta(seconds=10),
        last + timedelta(seconds=20),
    ]


def test_what_is_overdue_runs_now() -> None:
    (moment,) = upcoming(_often(last_run_at=timezone.now() - timedelta(days=2)))
    assert abs(moment - timezone.now()) < timedelta(seconds=1)


def test_set_times_come_after_the_start_and_before_the_end() -> None:
    start = datetime(2100, 1, 1, tzinfo=UTC)
    schedule = _daily(start_time=start, expires=start + timedelta(days=2))
    moments = upcoming(schedule, count=5)
    assert len(moments) == 2
    assert moments[0] > start


@pytest.mark.parametrize("values", [{"enabled": False}, {"one_off": True, "total_run_count": 1}])
def test_what_is_off_or_over_does_not_come(values: dict[str, object]) -> None:
    schedule = _often()
    for name, value in values.items():
        setattr(schedule, name, value)
    assert upcoming(schedule) == []


def test_kinds_that_the_platform_does_not_make_are_passed_over() -> None:
    other = PeriodicTask(clocked=ClockedSchedule(pk=1), enabled=True)
    assert plan_of(other) is None
    assert upcoming(other) == []
    assert "cannot be shown" in plan_text(other)
