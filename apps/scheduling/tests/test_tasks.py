import json
from importlib import reload
from typing import Any

import pytest
from celery.schedules import crontab

from apps.core.jobs import Job
from apps.scheduling import schedules, tasks
from apps.scheduling.choices import RunState
from apps.scheduling.models import Run
from apps.scheduling.tests.sample import job_of, make_run, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.scheduling.tasks.time.sleep", lambda _seconds: None)


def test_the_demonstration_counts() -> None:
    run = make_run(tasks.demo_count)
    work(tasks.demo_count, task_id=run.task_id, kwargs={"seconds": 3})
    run.refresh_from_db()
    assert (run.state, json.loads(run.result)) == ("succeeded", {"seconds": 3})
    assert [line.text for line in run.lines.all()] == [f"second {n} of 3" for n in (1, 2, 3)]


def test_the_demonstration_fails_on_wish() -> None:
    run = make_run(tasks.demo_count)
    work(tasks.demo_count, 1, task_id=run.task_id, kwargs={"fail": True})
    run.refresh_from_db()
    assert (run.state, run.percent) == ("failed", 100)
    assert run.error.startswith("DemoError")


def test_the_reaper_does_all_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("silent_reap", "vanished_reap", "alerts_due"):
        monkeypatch.setattr(tasks, name, lambda name=name: done.append(name))
    work(tasks.reap)
    assert done == ["silent_reap", "vanished_reap", "alerts_due"]
    assert not Run.objects.exists()


def test_an_alert_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks, "alert_send", lambda *, alert_id: sent.append(alert_id))
    work(tasks.send_alert, kwargs={"alert_id": 7})
    assert sent == [7]


def test_runs_and_results_are_kept_as_long_as_the_setting_says(
    monkeypatch: pytest.MonkeyPatch, atrium: Any
) -> None:
    atrium(run_days=5)
    monkeypatch.setattr(tasks, "runs_prune", lambda *, days: days)
    monkeypatch.setattr(tasks, "results_prune", lambda *, days: days + 1)
    assert tasks.prune_runs() == {"runs": 5, "results": 6}


@pytest.mark.django_db(transaction=True)  # MariaDB commits when it analyses
def test_the_greatest_tables_are_a_result() -> None:
    make_run(state=RunState.SUCCEEDED)
    run = make_run(tasks.database_statistics)
    work(tasks.database_statistics, task_id=run.task_id)
    run.refresh_from_db()
    assert set(json.loads(run.result)[0]) == {"name", "rows", "bytes"}


def test_every_schedule_is_of_a_declared_job() -> None:
    for entry in {**schedules.SCHEDULES, **schedules.DEMO}.values():
        name = entry["task"].rpartition(".")[2]
        assert isinstance(job_of(getattr(tasks, name)), Job)


def test_what_is_shown_is_scheduled_in_the_demonstration_alone(atrium: Any) -> None:
    assert not set(schedules.DEMO) & set(schedules.SCHEDULES)
    try:
        atrium(demo=True)
        reload(schedules)
        assert set(schedules.DEMO) < set(schedules.SCHEDULES)
        hourly = schedules.DEMO["demo: count each hour"]["schedule"]
        assert hourly == crontab(minute="1")
    finally:
        atrium(demo=False)
        reload(schedules)
