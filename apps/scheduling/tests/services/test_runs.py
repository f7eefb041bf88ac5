from typing import Any

import pytest
from celery import current_app
from django.utils import timezone
from kombu.exceptions import KombuError

from apps.core.context import RequestContext, enter_context, leave_context
from apps.core.errors import InvalidInputError
from apps.scheduling.choices import RunState, Trigger
from apps.scheduling.errors import JobUnknownError, JobUnsentError, RunOverError
from apps.scheduling.models import Alert, Run
from apps.scheduling.services.leases import lease_take
from apps.scheduling.services.records import lease_name
from apps.scheduling.services.runs import run_cancel, run_start
from apps.scheduling.tests.sample import echo, fall, job_of, make_run, make_schedule, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def catch(_self: Any, **options: Any) -> None:
        found.append(options)

    monkeypatch.setattr("apps.core.jobs.Job.apply_async", catch)
    return found


@pytest.fixture
def revoked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(
        "celery.app.control.Control.revoke",
        lambda _self, task_id, **_options: found.append(task_id),
    )
    return found


def test_a_job_is_started_with_a_row_that_tells_what_became_of_it() -> None:
    run = run_start(name=job_of(echo).name, args=["hello"], trigger=Trigger.PERSON)
    run.refresh_from_db()
    assert (run.state, run.result) == ("succeeded", '{"word": "hello"}')
    assert (run.trigger, run.queue, run.args) == ("person", "quick", ["hello"])


def test_secrets_go_with_the_message_but_not_into_the_row(sent: list[dict[str, Any]]) -> None:
    run = run_start(name=job_of(echo).name, kwargs={"word": "x", "password": "hunter2"})
    run.refresh_from_db()
    assert run.kwargs["password"] != "hunter2"
    assert sent[0]["kwargs"] == {"word": "x", "password": "hunter2"}


def test_the_message_says_for_whom_and_for_what_it_is(sent: list[dict[str, Any]]) -> None:
    schedule = make_schedule(limit_seconds=60)
    before = enter_context(RequestContext(request_id="r-1", user_id=7, username="ann"))
    try:
        run = run_start(name=job_of(echo).name, args=["x"], schedule=schedule, queue="slow")
    finally:
        leave_context(before)
    assert sent == [
        {
            "args": ["x"],
            "kwargs": {},
            "task_id": run.task_id,
            "queue": "slow",
            "soft_time_limit": 60,
            "time_limit": 70,
            "headers": {
                "atrium_trigger": "person",
                "atrium_schedule": schedule.pk,
                "atrium_context": {"request_id": "r-1", "user_id": 7, "username": "ann"},
            },
        }
    ]
    assert (run.actor_id, run.request_id, run.schedule_name) == (7, "r-1", schedule.name)


def test_only_declared_jobs_are_started() -> None:
    with pytest.raises(JobUnknownError):
        run_start(name="celery.backend_cleanup")
    assert not Run.objects.exists()


def test_only_arguments_that_the_job_takes_are_taken() -> None:
    with pytest.raises(InvalidInputError):
        run_start(name=job_of(fall).name, kwargs={"word": "x"})


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RETRYING])
def test_what_waits_and_is_cancelled_never_begins(revoked: list[str], state: RunState) -> None:
    run = run_cancel(run=make_run(state=state))
    assert (run.state, revoked) == ("cancelled", [run.task_id])
    assert run.ended_at is not None


@pytest.mark.usefixtures("revoked")
def test_what_waits_for_its_next_try_and_is_cancelled_lets_the_next_run_begin() -> None:
    schedule = make_schedule(echo, retries=3, retry_seconds=3600)
    run = make_run(echo, schedule=schedule, state=RunState.RETRYING, attempt=1)
    assert lease_take(name=lease_name(schedule.pk), holder=run.task_id, seconds=3620)
    run_cancel(run=run)
    following = make_run(echo, schedule=schedule)
    assert work(echo, "hello", task_id=following.task_id, schedule=schedule) == "SUCCESS"


def test_what_runs_and_is_cancelled_is_told(revoked: list[str]) -> None:
    run = run_cancel(run=make_run(state=RunState.RUNNING))
    assert (run.state, revoked) == ("running", [])
    assert run.cancel_asked_at is not None
    assert run_cancel(run=run).cancel_asked_at == run.cancel_asked_at


def test_what_is_over_cannot_be_cancelled() -> None:
    run = make_run(state=RunState.FAILED, ended_at=timezone.now())
    with pytest.raises(RunOverError):
        run_cancel(run=run)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [KombuError("gone"), TimeoutError("silent")])
def test_what_the_broker_does_not_take_has_failed_and_whoever_starts_it_hears_so(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Any, **_options: Any) -> None:
        raise fault

    monkeypatch.setattr("apps.core.jobs.Job.apply_async", fail)
    schedule = make_schedule(echo, alert_mails=["a@example.com"])
    with pytest.raises(JobUnsentError) as caught:
        run_start(name=echo.name, args=["hello"], schedule=schedule)
    assert caught.value.status == 503
    run = Run.objects.get()
    assert (run.state, run.error) == ("failed", "The message broker did not take it.")
    assert not Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_keeps_no_run_from_being_cancelled(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_task_id: str) -> None:
        msg = "gone"
        raise KombuError(msg)

    monkeypatch.setattr(current_app.control, "revoke", fail)
    assert run_cancel(run=make_run(echo)).state == "cancelled"
    assert "were not told" in caplog.text
