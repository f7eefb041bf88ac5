import pytest
from django.utils import timezone

from apps.scheduling.choices import RunState
from apps.scheduling.services.channels.texts import lines_of, title_of
from apps.scheduling.tests.sample import make_alert, make_run


@pytest.mark.django_db
def test_the_title_says_which_job_and_what_became_of_it() -> None:
    run = make_run(state=RunState.LOST, schedule_name="each\r\nhour")
    alert = make_alert("mail", run=run)
    run.state, run.schedule_name = (
        RunState.SUCCEEDED,
        "each\r\nhour",
    )  # it came to its end after all
    assert title_of(alert) == "Job lost: each hour"
    alert.state, run.schedule_name = RunState.FAILED, ""
    assert title_of(alert) == f"Job failed: {run.name}"


@pytest.mark.django_db
def test_the_lines_say_what_is_known() -> None:
    run = make_run(error="no good", ended_at=timezone.now(), attempt=2)
    lines = lines_of(run)
    assert f"Run: {run.task_id}" in lines
    assert "Error: no good" in lines
    assert not any(line.startswith("Worker") for line in lines)
