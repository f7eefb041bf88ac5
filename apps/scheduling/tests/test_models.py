from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.scheduling.choices import LIVE_STATES, Channel, RunState, Why
from apps.scheduling.models import Alert, Lease, Run, RunLine, Schedule
from apps.scheduling.tests.sample import make_run, make_schedule

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("state", list(RunState))
def test_a_run_is_live_until_it_is_over(state: RunState) -> None:
    assert Run(state=state).is_live is (state in LIVE_STATES)


def test_a_run_lasts_from_its_start_to_its_end() -> None:
    ended = START + timedelta(seconds=5)
    assert Run(started_at=START, ended_at=ended).duration == timedelta(seconds=5)
    assert Run(started_at=START).duration is None
    assert Run(ended_at=ended).duration is None


def test_rows_are_called_by_what_people_know_them_by() -> None:
    run = Run(name="a.b", task_id="one")
    assert str(run) == "a.b one"
    assert str(Schedule(name="nightly")) == "nightly"
    assert str(Lease(name="schedule:1")) == "schedule:1"
    assert str(RunLine(text="x" * 100)) == "x" * 80
    assert str(Alert(run=run, channel=Channel.MAIL)) == "a.b one mail"


@pytest.mark.django_db
def test_each_way_hears_of_a_run_once() -> None:
    run = make_run()
    Alert.objects.create(run=run, channel=Channel.MAIL, next_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(run=run, channel=Channel.MAIL, next_at=timezone.now())


@pytest.mark.django_db
def test_the_runs_of_a_schedule_stay_when_it_goes() -> None:
    schedule = make_schedule()
    run = make_run(schedule=schedule)
    name = schedule.name
    schedule.delete()
    run.refresh_from_db()
    assert (run.schedule, run.schedule_name) == (None, name)


@pytest.mark.django_db
def test_services_get_the_row_that_beat_hears_of() -> None:
    interval = IntervalSchedule.objects.create(every=1, period="days")
    made = PeriodicTask.objects.create(name="S", task="a.job", interval=interval, kwargs='{"a": 1}')
    schedule = Schedule.objects.get(pk=made.pk)
    assert type(schedule.plain) is PeriodicTask
    assert schedule.plain == made


@pytest.mark.django_db
def test_what_the_platform_words_is_said_in_the_readers_language() -> None:
    run = make_run(error=Why.OVERTIME, text="its own words")
    run.refresh_from_db()
    with translation.override("en"):
        assert (run.why, run.doing) == ("It took longer than it may.", "its own words")
    with translation.override("zh-hans"):
        assert run.why != "It took longer than it may."
        assert RunLine(text=Why.CUT).said != Why.CUT.value
