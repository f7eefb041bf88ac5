import pytest
from django.utils import timezone

from apps.core.cached import two_level
from apps.scheduling.constants import RUN_ROWS
from apps.scheduling.errors import RunLiveError
from apps.scheduling.models import Run, RunLine
from apps.scheduling.services.deletion import runs_delete

pytestmark = pytest.mark.django_db
NAME = "deletion.job"
RUNS = Run.objects.filter(name=NAME)


def _run(state: str) -> Run:
    now = timezone.now()
    return Run.objects.create(task_id=f"deletion-{state}", name=NAME, state=state, queued_at=now)


def test_runs_go_with_their_lines_and_pages_are_cut_anew() -> None:
    run = _run("succeeded")
    RunLine.objects.create(run=run, at=timezone.now(), text="x")
    two_level.get("scheduling:test", lambda: 1, tags=(RUN_ROWS,), seconds=60)
    assert runs_delete(runs=[run]) == 1
    assert not RUNS.exists()
    assert not RunLine.objects.filter(run=run.pk).exists()
    assert two_level.get("scheduling:test", lambda: 2, tags=(RUN_ROWS,), seconds=60) == 2


def test_nothing_goes_where_one_run_is_not_over() -> None:
    runs = [_run("succeeded"), _run("running")]
    with pytest.raises(RunLiveError, match="not over yet"):
        runs_delete(runs=runs)
    assert RUNS.count() == 2
