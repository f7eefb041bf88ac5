from typing import Any

import pytest

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


def test_runs_are_narrowed_by_the_word_of_celery() -> None:
    bad = [make_run(state=state) for state in (RunState.FAILED, RunState.LOST)]
    make_run(state=RunState.SUCCEEDED)
    found: Any = RunFilter({"status": "FAILURE"}, Run.objects.order_by("pk")).qs
    assert list(found) == bad
    assert RunFilter({"status": ""}, Run.objects.all()).qs.count() == 3
