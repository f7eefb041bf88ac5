from datetime import timedelta
from typing import Any, cast

import pytest
from celery import states
from celery.exceptions import Retry
from django.db import Error, connections
from django.utils import timezone
from django_celery_results.models import TaskResult

from apps.scheduling.choices import RunState, Trigger
from apps.scheduling.models import Lease, Run, SchedulePolicy
from apps.scheduling.services import execution
from apps.scheduling.services.execution import policy_options, run_queued
from apps.scheduling.services.leases import lease_take
from apps.scheduling.services.pulse import Live, pulse
from apps.scheduling.services.records import lease_name
from apps.scheduling.tests.sample import (
    again,
    echo,
    fall,
    job_of,
    make_run,
    make_schedule,
    quiet,
    quiet_once,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Catch what is sent anew."""
    found: list[dict[str, Any]] = []

    def catch(_self: Any, *_args: Any, **options: Any) -> None:
        found.append(options)

    monkeypatch.setattr("apps.core.jobs.Job.apply_async", catch)
    return found


def _queue(function: Any, task_id: str = "one", **headers: Any) -> Run | None:
    return run_queued(
        task=job_of(function),
        headers={"id": task_id, **headers},
        args=["hello"],
        kwargs={"password": "hunter2"},
        queue="slow",
    )


def _ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def _result(task_id: str) -> str:
    return str(TaskResult.objects.get(task_id=task_id).status)


def test_a_message_leaves_a_row_without_its_secrets() -> None:
    schedule = make_schedule()
    _queue(
        echo,
        atrium_schedule=schedule.pk,
        atrium_trigger="catch_up",
        atrium_due="2026-01-02T03:04:05+00:00",
        atrium_context={"user_id": 7, "request_id": "r-1"},
    )
    run = Run.objects.get()
    assert (run.state, run.trigger, run.queue) == ("queued", "catch_up", "slow")
    assert (run.schedule, run.schedule_name) == (schedule, schedule.name)
    assert (run.actor_id, run.request_id) == (7, "r-1")
    assert run.due_at is not None
    assert run.due_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert run.args == ["hello"]
    assert run.kwargs["password"] != "hunter2"


def test_a_message_that_is_sent_again_keeps_its_row() -> None:
    assert _queue(echo) == _queue(echo)


def test_a_run_waits_for_its_next_try_before_the_message_leaves() -> None:
    run = make_run(task_id="one", state=RunState.RUNNING, attempt=1)
    live = Live(task_id="one", name=run.name, run_id=run.pk, attempt=1, is_direct=True)
    pulse.add(live)
    _queue(echo, retries=0)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    _queue(echo, retries=1)
    pulse.remove(live)
    run.refresh_from_db()
    assert run.state == RunState.RETRYING


@pytest.mark.parametrize(("fails", "state"), [(False, "succeeded"), (True, "failed")])
def test_a_quiet_job_that_a_person_starts_has_a_run_like_any_other(
    *, fails: bool, state: str
) -> None:
    run = _queue(quiet, atrium_trigger="person")
    assert run is not None
    work(quiet, task_id="one", kwargs={"fail": fails}, atrium_trigger="person")
    run.refresh_from_db()
    assert (run.state, run.attempt, run.trigger) == (state, 1, "person")
    assert run.started_at is not None
    assert [line.text for line in run.lines.all()] == ["quietly"]


def test_a_quiet_job_that_a_person_starts_is_not_begun_once_it_is_cancelled() -> None:
    run = make_run(quiet_once, state=RunState.CANCELLED, trigger=Trigger.PERSON)
    assert work(quiet_once, task_id=run.task_id, atrium_trigger="person") == states.IGNORED
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_quiet_job_that_a_person_starts_is_given_up_after_its_worker_died() -> None:
    run = make_run(quiet_once, state=RunState.RUNNING, attempt=1, seen_at=_ago(30))
    work(quiet_once, task_id=run.task_id, atrium_trigger="person")
    run.refresh_from_db()
    assert run.state == RunState.LOST


def test_a_quiet_job_leaves_no_row() -> None:
    assert _queue(quiet) is None
    assert work(quiet) == states.SUCCESS
    assert not Run.objects.exists()


def test_a_run_goes_from_its_queue_to_its_end() -> None:
    run = make_run()
    assert work(echo, "hello", task_id=run.task_id) == states.SUCCESS
    run.refresh_from_db()
    assert (run.state, run.attempt, run.worker) == ("succeeded", 1, "one@here")
    assert (run.percent, run.text, run.result) == (100, "half way", '{"word": "hello"}')
    assert run.duration is not None
    assert run.seen_at is not None


def test_a_message_without_a_row_gets_one_when_it_begins() -> None:
    work(echo, "hello", task_id="late")
    assert Run.objects.get(task_id="late").state == RunState.SUCCEEDED


def test_what_a_service_calls_in_its_own_thread_leaves_no_row() -> None:
    job_of(echo).apply(("hello",))
    assert not Run.objects.exists()


def test_a_cancelled_run_does_not_begin() -> None:
    run = make_run(state=RunState.CANCELLED)
    assert work(echo, "x", task_id=run.task_id) == states.IGNORED
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("cancelled", 0)
    assert _result(run.task_id) == states.REVOKED


def test_a_run_that_is_done_is_not_done_again_and_stays_a_success() -> None:
    run = make_run(state=RunState.SUCCEEDED)
    assert work(echo, "x", task_id=run.task_id) == states.IGNORED
    assert _result(run.task_id) == states.SUCCESS


def test_a_run_that_may_be_at_work_elsewhere_is_asked_for_again_later(
    sent: list[dict[str, Any]],
) -> None:
    run = make_run(again, state=RunState.RUNNING, attempt=1, seen_at=_ago(5))
    assert work(again, task_id=run.task_id, redelivered=True) == states.IGNORED
    assert [round(each["countdown"]) for each in sent] == [16]
    assert sent[0]["task_id"] == run.task_id
    assert sent[0]["headers"] == {"atrium_trigger": "platform"}
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("running", 1)


def test_a_repeatable_job_whose_worker_died_runs_again() -> None:
    run = make_run(again, state=RunState.RUNNING, attempt=1, seen_at=_ago(25))
    assert work(again, task_id=run.task_id) == states.SUCCESS
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("succeeded", 2)


def test_a_job_that_must_not_be_repeated_is_lost_with_its_worker() -> None:
    run = make_run(echo, state=RunState.RUNNING, attempt=1, seen_at=_ago(25))
    assert work(echo, "x", task_id=run.task_id) == states.IGNORED
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("lost", 1)
    assert run.error


def test_a_dead_run_that_was_to_end_is_cancelled() -> None:
    run = make_run(
        again, state=RunState.RUNNING, attempt=1, seen_at=_ago(25), cancel_asked_at=_ago(20)
    )
    work(again, task_id=run.task_id)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_job_that_kills_its_worker_each_time_is_given_up(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "amqp://nowhere"
    run = make_run(again, attempt=3)
    work(again, task_id=run.task_id)
    run.refresh_from_db()
    assert run.state == RunState.LOST


def test_a_job_that_stops_of_the_one_process_cut_short_begins_anew(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "embedded://localhost//"
    run = make_run(again, attempt=3)
    assert work(again, task_id=run.task_id) == states.SUCCESS


def test_tries_after_failures_are_no_deaths(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "amqp://nowhere"
    run = make_run(again, attempt=3, state=RunState.RETRYING)
    assert work(again, task_id=run.task_id, retries=3) == states.SUCCESS


def test_a_quiet_job_that_must_not_be_repeated_is_reported_when_it_comes_back() -> None:
    state = work(quiet_once, task_id="q", delivery_info={"redelivered": True})
    assert state == states.IGNORED
    assert Run.objects.get().state == RunState.LOST


def test_runs_of_a_schedule_do_not_overlap() -> None:
    schedule = make_schedule()
    lease_take(name=lease_name(schedule.pk), holder="another run")
    run = make_run(schedule=schedule)
    assert work(echo, "x", task_id=run.task_id, schedule=schedule) == states.IGNORED
    run.refresh_from_db()
    assert (run.state, run.attempt, run.started_at) == ("skipped", 0, None)
    assert Lease.objects.get().holder == "another run"


def test_runs_for_missed_times_wait_for_each_other(sent: list[dict[str, Any]]) -> None:
    schedule = make_schedule()
    lease_take(name=lease_name(schedule.pk), holder="another run")
    run = make_run(schedule=schedule, trigger=Trigger.CATCH_UP)
    assert work(echo, "x", task_id=run.task_id, schedule=schedule) == states.IGNORED
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    assert [each["task_id"] for each in sent] == [run.task_id]


@pytest.mark.parametrize("state", [RunState.RETRYING, RunState.RUNNING, RunState.QUEUED])
def test_what_has_begun_once_waits_for_its_lease(
    state: RunState, sent: list[dict[str, Any]]
) -> None:
    schedule = make_schedule(again, retries=1)
    lease_take(name=lease_name(schedule.pk), holder="another run")
    seen = _ago(40)
    run = make_run(again, schedule=schedule, state=state, attempt=1, seen_at=seen)
    assert work(again, task_id=run.task_id, schedule=schedule, retries=1) == states.IGNORED
    run.refresh_from_db()
    waits = RunState.RETRYING if state == RunState.RETRYING else RunState.QUEUED
    assert (run.state, run.attempt, run.ended_at) == (waits, 1, None)
    assert run.seen_at is not None
    assert run.seen_at > seen  # else the reaper would look for its message
    assert [(each["task_id"], each["countdown"]) for each in sent] == [
        (run.task_id, execution.BUSY_SECONDS)
    ]
    Lease.objects.all().delete()
    assert work(again, task_id=run.task_id, schedule=schedule, retries=1) == states.SUCCESS


@pytest.mark.parametrize("state", [RunState.RETRYING, RunState.RUNNING])
def test_the_next_attempt_takes_the_lease_of_the_one_before(state: RunState) -> None:
    schedule = make_schedule(again)
    run = make_run(again, schedule=schedule, state=state, attempt=2, seen_at=_ago(40))
    lease_take(name=lease_name(schedule.pk), holder=f"{run.task_id}:2", seconds=900)
    assert work(again, task_id=run.task_id, schedule=schedule, retries=1) == states.SUCCESS
    assert not Lease.objects.exists()


UNTIL = "2026-01-02T03:04:05+00:00"


def test_a_message_that_comes_too_late_does_not_begin() -> None:
    run = make_run()
    assert work(echo, "x", task_id=run.task_id, atrium_until=UNTIL) == states.IGNORED
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("missed", 0)
    assert _result(run.task_id) == states.REVOKED
    assert work(quiet, atrium_until=UNTIL) == states.IGNORED
    later = (timezone.now() + timedelta(seconds=60)).isoformat()
    assert work(echo, "x", atrium_until=later) == states.SUCCESS


@pytest.mark.parametrize("state", [RunState.RETRYING, RunState.RUNNING])
def test_what_has_begun_once_is_never_too_late(state: RunState) -> None:
    run = make_run(again, state=state, attempt=1, seen_at=_ago(40))
    assert work(again, task_id=run.task_id, retries=1, atrium_until=UNTIL) == states.SUCCESS


def test_what_is_sent_again_has_no_end_of_celerys(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    def retry(_self: Any, *, exc: Exception, countdown: float, **options: Any) -> Retry:
        sent.append(options)
        return Retry("later", exc, cast("Any", countdown))

    monkeypatch.setattr("celery.app.task.Task.retry", retry)
    schedule = make_schedule(again)
    lease_take(name=lease_name(schedule.pk), holder="another run")
    waiting = make_run(again, schedule=schedule, trigger=Trigger.CATCH_UP)
    work(again, task_id=waiting.task_id, schedule=schedule, expires=UNTIL)
    schedule = make_schedule(fall, retries=1)
    assert work(fall, schedule=schedule, expires=UNTIL) == states.RETRY
    assert [each["expires"] for each in sent] == [None, None]


def test_runs_of_a_schedule_that_may_overlap_do() -> None:
    schedule = make_schedule(may_overlap=True)
    lease_take(name=lease_name(schedule.pk), holder="another run")
    assert work(echo, "x", schedule=schedule) == states.SUCCESS


def test_the_lease_is_given_back_at_the_end_well_or_badly() -> None:
    schedule = make_schedule(echo)
    assert work(echo, "x", schedule=schedule) == states.SUCCESS
    assert work(fall, schedule=schedule) == states.FAILURE
    assert not Lease.objects.exists()


def test_quiet_jobs_do_not_overlap_either() -> None:
    schedule = make_schedule(quiet)
    lease_take(name=lease_name(schedule.pk), holder="another run")
    assert work(quiet, schedule=schedule) == states.IGNORED


def test_a_message_waits_while_the_database_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    def fail(**_kwargs: Any) -> None:
        raise Error

    monkeypatch.setattr(execution, "row_of", fail)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    assert work(echo, "x", task_id="one", is_eager=False) == states.IGNORED
    assert [each["countdown"] for each in sent] == [execution.BUSY_SECONDS]


def test_nothing_is_written_of_a_job_before_it_asks_whether_it_may_begin(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise Error

    monkeypatch.setattr(job_of(echo).backend, "_store_result", away)
    monkeypatch.setattr(execution, "row_of", away)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    assert work(echo, "x", task_id="one", is_eager=False) == states.IGNORED
    assert [each["task_id"] for each in sent] == ["one"]


def test_a_run_that_is_too_long_at_work_is_ended_when_it_next_tells_of_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = make_run()
    monkeypatch.setattr(job_of(echo), "time_limit", 0.000001)
    assert work(echo, "x", task_id=run.task_id) == states.FAILURE
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "It took longer than it may.")


def test_a_schedule_sends_its_limit_with_its_messages() -> None:
    limits = {"soft_time_limit": 60, "time_limit": 70}
    assert policy_options(SchedulePolicy(limit_seconds=60)) == limits
    assert policy_options(SchedulePolicy()) == policy_options(None) == {}


def test_a_run_that_is_cancelled_as_it_begins_lets_the_next_one_begin(
    monkeypatch: pytest.MonkeyPatch, sent: list[dict[str, Any]]
) -> None:
    schedule = make_schedule(again)
    run = make_run(again, schedule=schedule)
    hold = execution._hold

    def slowly(live: Live) -> bool:
        held = hold(live)
        Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
        return held

    monkeypatch.setattr(execution, "_hold", slowly)
    work(again, task_id=run.task_id, schedule=schedule)
    monkeypatch.setattr(execution, "_hold", hold)
    assert (Lease.objects.count(), sent) == (0, [])
    following = make_run(again, schedule=schedule)
    assert work(again, task_id=following.task_id, schedule=schedule) == states.SUCCESS
