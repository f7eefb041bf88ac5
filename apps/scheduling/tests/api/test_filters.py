from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from apps.scheduling.api.filters import RunFilter, ScheduleFilter
from apps.scheduling.choices import RunState, ScheduleKind
from apps.scheduling.models import Run
from apps.scheduling.tests.factories import make_run, make_schedule

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("given", "number"), [("", 2), ("0", 1), ("1", 1)])
def test_schedules_are_narrowed_by_kind(given: str, number: int) -> None:
    interval = make_schedule()
    crontab = make_schedule(kind=ScheduleKind.CRONTAB)
    rows = type(interval).objects.filter(pk__in=[interval.pk, crontab.pk])
    assert ScheduleFilter({"type": given}, rows).qs.count() == number


@pytest.mark.parametrize(
    ("given", "names"),
    [("TRUE", ["on"]), ("1", ["on"]), ("false", ["off"]), ("0", ["off"]), ("", ["on", "off"])],
)
def test_schedules_are_narrowed_by_their_switch(given: str, names: list[str]) -> None:
    PeriodicTask.objects.all().delete()
    make_schedule(name="on")
    make_schedule(name="off", is_enabled=False)
    found = ScheduleFilter({"enabled": given}, PeriodicTask.objects.order_by("pk")).qs
    assert [row.name for row in found] == names


@pytest.mark.parametrize("given", ["abc", "no", "2"])
def test_a_switch_that_cannot_be_read_is_refused(given: str) -> None:
    assert ScheduleFilter({"enabled": given}, PeriodicTask.objects.all()).errors["enabled"]


def test_runs_are_narrowed_by_the_word_of_celery() -> None:
    bad = [make_run(state=state) for state in (RunState.FAILED, RunState.LOST)]
    make_run(state=RunState.SUCCEEDED)
    found: Any = RunFilter({"status": "FAILURE"}, Run.objects.order_by("pk")).qs
    assert list(found) == bad
    assert RunFilter({"status": ""}, Run.objects.all()).qs.count() == 3
