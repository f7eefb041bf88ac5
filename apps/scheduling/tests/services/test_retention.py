from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_results.models import TaskResult

from apps.scheduling.choices import RunState
from apps.scheduling.models import Run, RunLine
from apps.scheduling.services import retention
from apps.scheduling.services.retention import results_prune, runs_prune
from apps.scheduling.tests.sample import make_run

pytestmark = pytest.mark.django_db


def _ago(days: float) -> object:
    return timezone.now() - timedelta(days=days)


def test_old_runs_go_with_their_lines_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    kept = make_run(state=RunState.FAILED, ended_at=_ago(29))
    for _ in range(5):
        old = make_run(state=RunState.SUCCEEDED, ended_at=_ago(31))
        RunLine.objects.create(run=old, at=timezone.now(), text="x")
    assert runs_prune(days=30) == 5
    assert list(Run.objects.all()) == [kept]
    assert not RunLine.objects.exists()


def test_runs_that_are_not_over_stay_however_old() -> None:
    make_run(state=RunState.RUNNING, queued_at=_ago(100), seen_at=_ago(100))
    assert runs_prune(days=30) == 0


def test_old_results_go() -> None:
    for number, days in enumerate((10, 40)):
        TaskResult.objects.create(task_id=str(number))
        TaskResult.objects.filter(task_id=str(number)).update(date_done=_ago(days))
    assert results_prune(days=30) == 1
    assert TaskResult.objects.get().task_id == "0"


def test_without_a_bound_all_is_kept() -> None:
    make_run(state=RunState.SUCCEEDED, ended_at=_ago(10_000))
    assert (runs_prune(days=0), results_prune(days=0)) == (0, 0)
