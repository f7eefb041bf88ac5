from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.scheduling.models import Run
from apps.scheduling.selectors.statistics import (
    days_of,
    figures,
    hours_of,
    job_times,
    minutes_of,
    outcome_of,
    stories_of,
)

pytestmark = pytest.mark.django_db
_numbers = count(1)


def _run(*, ago: timedelta = timedelta(0), seconds: float = 1, **values: Any) -> Run:
    ended = timezone.now() - ago
    began = ended - timedelta(seconds=seconds)
    values = {
        "name": "a.job",
        "state": "succeeded",
        "started_at": began,
        "ended_at": ended,
    } | values
    return Run.objects.create(
        task_id=f"statistics-{next(_numbers)}", queued_at=timezone.now(), **values
    )


@pytest.fixture
def schedule() -> PeriodicTask:
    interval = IntervalSchedule.objects.create(every=1, period="days")
    return PeriodicTask.objects.create(name="S", task="a.job", interval=interval)


def test_each_state_means_something() -> None:
    assert [outcome_of(state) for state in ("succeeded", "lost", "skipped")] == [
        "good",
        "bad",
        "other",
    ]


def test_runs_are_counted_in_the_hour_in_which_they_ended() -> None:
    _run()
    _run(state="failed")
    _run(ago=timedelta(hours=3), state="cancelled")
    _run(ago=timedelta(hours=30))
    _run(state="running", ended_at=None)
    hours = hours_of()
    assert len(hours) == 24
    assert (hours[-1].good, hours[-1].bad) == (1, 1)
    assert hours[-4].other == 1
    assert sum(hour.total for hour in hours) == 3


def test_hours_are_summed_up_by_day_where_the_platform_is() -> None:
    _run(ago=timedelta(days=2))
    _run()
    days = days_of(hours_of(hours=7 * 24))[-7:]
    local = timezone.localtime(timezone.now(), timezone.get_default_timezone()).date()
    assert [day.at.date() for day in days if day.total] == [local - timedelta(days=2), local]


def test_the_minute_at_hand_is_not_counted_yet() -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    _run(ended_at=now - timedelta(seconds=1))
    _run(ended_at=now)
    minutes = minutes_of(minutes=15)
    assert len(minutes) == 15
    assert sum(minute.good for minute in minutes) in {1, 2}  # a minute may end meanwhile
    assert minutes[-1].at >= now - timedelta(minutes=1)


def test_jobs_are_timed_the_slowest_first() -> None:
    for number in range(1, 21):
        _run(seconds=number)
    _run(name="slow.job", seconds=100, state="failed")
    _run(name="old.job", ago=timedelta(days=3))
    slow, usual = job_times()
    assert (slow.name, slow.failures, round(slow.mean)) == ("slow.job", 1, 100)
    assert (usual.times, round(usual.mean, 1), round(usual.slowest)) == (20, 10.5, 20)


def test_the_figures_tell_what_goes_on() -> None:
    _run(state="running", ended_at=None)
    _run(state="queued", ended_at=None, started_at=None)
    _run(state="retrying", ended_at=None)
    _run(state="lost")
    found = figures()
    assert (found.running, found.queued, found.ended, found.failures) == (1, 2, 1, 1)


def test_stories_cost_three_queries_however_many_schedules(
    schedule: PeriodicTask, django_assert_num_queries: Any
) -> None:
    _run(schedule=schedule, state="failed")
    last = _run(schedule=schedule)
    quiet = PeriodicTask.objects.create(name="Q", task="a.job", interval=schedule.interval)
    with django_assert_num_queries(3):
        found = stories_of([schedule.pk, quiet.pk])
    assert found[schedule.pk].last == last
    assert (found[schedule.pk].runs, found[schedule.pk].failures) == (2, 1)
    assert found[quiet.pk].last is None
    assert stories_of([]) == {}
