from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.scheduling.services.firings import schedule_fire
from apps.scheduling.services.schedules import schedule_switch, schedule_update
from apps.scheduling.services.tempo import tempo_of, tempo_save
from apps.scheduling.tests.factories import make_schedule

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _overdue() -> PeriodicTask:
    """Return a schedule of which two moments have gone by, and both are to be made up for."""
    made = make_schedule(every=1, period="days", policy={"missed": "all"})
    last = timezone.now() - 2 * DAY - timedelta(hours=1)
    PeriodicTask.objects.filter(pk=made.pk).update(last_run_at=last, date_changed=last - DAY)
    made.refresh_from_db()
    return made


def _sent(made: PeriodicTask, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("apps.core.jobs.Job.apply_async", lambda *_args, **_options: None)
    row = PeriodicTask.objects.get(pk=made.pk)
    return schedule_fire(schedule=row, now=timezone.now(), kept_since=timezone.now())


@pytest.mark.parametrize(
    "values", [{"remark": "x"}, {"policy": {"retries": 2}}, {"every": 1}, {"is_enabled": True}]
)
def test_what_is_due_outlives_a_change_of_something_else(
    values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _overdue()
    schedule_update(schedule=made, **values)
    assert _sent(made, monkeypatch) == 2


@pytest.mark.parametrize("values", [{"every": 2}, {"start_at": timezone.now() - 9 * DAY}])
def test_other_times_count_anew(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    made = _overdue()
    schedule_update(schedule=made, **values)
    assert _sent(made, monkeypatch) == 0


def test_what_was_switched_off_in_between_counts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _overdue()
    schedule_switch(schedule=made)
    schedule_switch(schedule=made)
    assert _sent(made, monkeypatch) == 0


def test_the_row_at_hand_says_what_the_table_does() -> None:
    made = _overdue()
    before, changed_at = tempo_of(made), made.date_changed
    made.description = "other"
    tempo_save(schedule=made, before=before)
    kept = PeriodicTask.objects.get(pk=made.pk)
    assert (kept.description, kept.date_changed, made.date_changed) == (
        "other",
        changed_at,
        changed_at,
    )
