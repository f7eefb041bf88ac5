import pytest
from django.utils import timezone

from apps.scheduling.choices import LIVE_STATES, RunState
from apps.scheduling.errors import RunLiveError
from apps.scheduling.models import Run, RunLine
from apps.scheduling.services.records import runs_delete
from apps.scheduling.tests.sample import make_run

pytestmark = pytest.mark.django_db


def test_runs_are_deleted_with_their_lines() -> None:
    gone, kept = make_run(state=RunState.FAILED), make_run(state=RunState.SUCCEEDED)
    for run in (gone, kept):
        RunLine.objects.create(run=run, at=timezone.now(), text="x")
    runs_delete(runs=[gone])
    assert Run.objects.get() == RunLine.objects.get().run == kept


@pytest.mark.parametrize("state", LIVE_STATES)
def test_none_is_deleted_if_one_is_not_over(state: RunState) -> None:
    runs = [make_run(state=RunState.LOST), make_run(state=state)]
    with pytest.raises(RunLiveError):
        runs_delete(runs=runs)
    assert Run.objects.count() == 2
