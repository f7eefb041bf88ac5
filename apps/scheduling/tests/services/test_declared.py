from datetime import timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from django_celery_beat.models import PeriodicTask

from apps.scheduling.choices import Missed
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.declared import schedules_declare

pytestmark = pytest.mark.django_db

SWEEP: dict[str, Any] = {"task": "apps.x.tasks.sweep", "schedule": timedelta(hours=2)}


def _declare(**entries: Any) -> None:
    schedules_declare(declared={"x": entries})


def _row(name: str = "sweep") -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval", "crontab", "policy").get(name=name)


def test_what_code_declares_is_in_the_table_and_says_whose_it_is() -> None:
    _declare(sweep={**SWEEP, "args": [1], "kwargs": {"a": 2}, "options": {"expires": 15}})
    row = _row()
    assert (row.task, row.args, row.kwargs) == (SWEEP["task"], "[1]", '{"a": 2}')
    assert (row.interval.every, row.interval.period, row.crontab) == (2, "hours", None)
    assert (row.expire_seconds, row.enabled, row.policy.declared_by) == (15, True, "x")


@pytest.mark.parametrize(
    ("times", "every", "period"),
    [
        (timedelta(days=1), 1, "days"),
        (timedelta(minutes=90), 90, "minutes"),
        (15, 15, "seconds"),
        (0.5, 500_000, "microseconds"),
    ],
)
def test_an_interval_has_the_largest_unit_that_fits(times: Any, every: int, period: str) -> None:
    _declare(sweep={**SWEEP, "schedule": times})
    assert (_row().interval.every, _row().interval.period) == (every, period)


def test_a_crontab_has_the_zone_of_the_platform(settings: Any) -> None:
    _declare(sweep={**SWEEP, "schedule": crontab(hour="3", minute="*/20")})
    found = _row().crontab
    assert (found.minute, found.hour, found.day_of_week) == ("*/20", "3", "*")
    assert str(found.timezone) == settings.TIME_ZONE


def test_a_policy_holds_for_what_is_new_and_people_may_change_it() -> None:
    entry = {**SWEEP, "policy": {"missed": Missed.ONCE, "retries": 2}}
    _declare(sweep=entry)
    assert (_row().policy.missed, _row().policy.retries) == (Missed.ONCE, 2)
    SchedulePolicy.objects.update(retries=5)
    _declare(sweep=entry)
    assert _row().policy.retries == 5


def test_what_people_switched_off_stays_off_and_what_is_as_declared_is_not_touched() -> None:
    _declare(sweep=SWEEP)
    PeriodicTask.objects.filter(name="sweep").update(enabled=False)
    before = _row()
    _declare(sweep=SWEEP)
    assert not _row().enabled
    assert _row().date_changed == before.date_changed
    _declare(sweep={**SWEEP, "schedule": timedelta(hours=3)})
    assert _row().interval.every == 3
    assert not _row().enabled
    assert _row().date_changed > before.date_changed


def test_what_is_declared_no_more_goes_and_what_people_made_stays() -> None:
    _declare(sweep=SWEEP, other=SWEEP)
    made = PeriodicTask.objects.create(name="by hand", task="t", interval=_row().interval)
    SchedulePolicy.objects.create(schedule=made)
    bare = PeriodicTask.objects.create(name="bare", task="t", interval=_row().interval)
    _declare(sweep=SWEEP)
    names = set(PeriodicTask.objects.values_list("name", flat=True))
    assert names == {"sweep", "by hand", bare.name}


def test_a_row_from_before_there_were_policies_is_taken_over() -> None:
    _declare(sweep=SWEEP)
    SchedulePolicy.objects.all().delete()
    _declare(sweep=SWEEP)
    assert _row().policy.declared_by == "x"


def test_celerys_own_schedule_is_removed() -> None:
    _declare(sweep=SWEEP)
    PeriodicTask.objects.create(
        name="celery.backend_cleanup",
        task="celery.backend_cleanup",
        interval=_row().interval,
    )
    _declare(sweep=SWEEP)
    assert not PeriodicTask.objects.filter(task="celery.backend_cleanup").exists()
