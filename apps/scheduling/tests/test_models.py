import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.scheduling.models import Schedule

pytestmark = pytest.mark.django_db


def test_services_get_the_row_that_beat_hears_of() -> None:
    interval = IntervalSchedule.objects.create(every=1, period="days")
    made = PeriodicTask.objects.create(name="S", task="a.job", interval=interval, kwargs='{"a": 1}')
    schedule = Schedule.objects.get(pk=made.pk)
    assert type(schedule.plain) is PeriodicTask
    assert schedule.plain == made
    assert schedule.given == ([], {"a": 1})


def test_arguments_that_others_wrote_badly_are_nothing() -> None:
    assert Schedule(args="{", kwargs="[]").given == ([], {})
    assert Schedule(args="[1]", kwargs="").given == ([1], {})
