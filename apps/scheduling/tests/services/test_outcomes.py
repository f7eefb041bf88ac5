import time
from datetime import timedelta
from typing import Any, cast

import pytest
from billiard.exceptions import TimeLimitExceeded
from celery import states
from celery.exceptions import Retry
from django.db import Error, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.jobs import JobCancelled
from apps.scheduling.choices import RunState
from apps.scheduling.errors import JobOustedError
from apps.scheduling.models import Alert, Lease, Run
from apps.scheduling.services import alerts, outcomes
from apps.scheduling.services.leases import lease_take
from apps.scheduling.services.outcomes import (
    run_end,
    run_end_elsewhere,
    run_retry_seconds,
    run_revoked,
    run_unknown,
)
from apps.scheduling.services.pulse import Live, pulse
from apps.scheduling.services.records import lease_name
from apps.scheduling.tests.sample import (
    SampleError,
    echo,
    fall,
    job_of,
    make_run,
    make_schedule,
    quiet,
    work,
)

pytestmark = pytest.mark.django_db


def _live(run: Run, **fields: Any) -> Live:
    live = Live(task_id=run.task_id, name=run.name, run_id=run.pk, is_direct=True, **fields)
    pulse.add(live)
    return live


def test_a_failure_leaves_its_error_and_traceback_without_secrets() -> None:
    run = make_run(fall)
    assert work(fall, task_id=run.task_id) == states.FAILURE
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert run.error.startswith("SampleError: no good: token=***")
    assert "raise SampleError" in run.traceback
    assert "abcdefgh" not in run.traceback
    assert list(run.lines.values_list("level", "text")) == [("warning", "it will fail")]


def test_a_quiet_job_that_fails_leaves_a_row_and_its_lines() -> None:
    assert work(quiet, task_id="q", kwargs={"fail": True}) == states.FAILURE
    run = Run.objects.get()
    assert (run.state, run.attempt, run.kwargs) == ("failed", 1, {"fail": True})
    assert [line.text for line in run.lines.all()] == ["quietly"]


@pytest.mark.parametrize(("tries", "seconds"), [(0, 10), (1, 20), (2, 40), (9, 3600)])
def test_the_time_before_the_next_try_doubles_up_to_an_hour(tries: int, seconds: int) -> None:
    policy = make_schedule(fall, retries=10, retry_seconds=10).policy
    live = _live(make_run(fall), policy=policy)
    task = job_of(fall)
    task.push_request(id=live.task_id, retries=tries)
    try:
        waited = run_retry_seconds(task=task, error=SampleError())
    finally:
        task.pop_request()
        pulse.remove(live)
    assert waited is not None
    assert seconds * 0.9 <= waited <= seconds * 1.1


def test_a_job_is_tried_as_often_as_its_schedule_says_and_keeps_its_lease_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []

    def retry(_self: Any, *, exc: Exception, countdown: float, **_options: Any) -> Retry:
        waited.append(countdown)
        return Retry("later", exc, cast("Any", countdown))

    monkeypatch.setattr("celery.app.task.Task.retry", retry)
    schedule = make_schedule(fall, retries=1, retry_seconds=100)
    run = make_run(fall, schedule=schedule)
    assert work(fall, task_id=run.task_id, schedule=schedule) == states.RETRY
    run.refresh_from_db()
    assert (run.state, run.ended_at) == ("retrying", None)
    assert run.error.startswith("SampleError")
    lease = Lease.objects.get(name=lease_name(schedule.pk))
    assert lease.until_at > timezone.now() + timedelta(seconds=90)
    assert work(fall, task_id=run.task_id, schedule=schedule, retries=1) == states.FAILURE
    run.refresh_from_db()
    assert (run.state, run.attempt, len(waited)) == ("failed", 2, 1)
    assert not Lease.objects.exists()


def test_a_job_without_a_schedule_is_not_tried_again() -> None:
    live = _live(make_run(fall))
    task = job_of(fall)
    task.push_request(id=live.task_id, retries=0)
    try:
        assert run_retry_seconds(task=task, error=SampleError()) is None
    finally:
        task.pop_request()
        pulse.remove(live)


def test_a_job_that_is_told_to_end_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: Any) -> None:
        raise JobCancelled

    monkeypatch.setattr(job_of(echo), "run", stop)
    run = make_run()
    assert work(echo, "x", task_id=run.task_id) == states.IGNORED
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


@pytest.mark.parametrize(
    ("raised", "state"),
    [(SystemExit(-241), "running"), (None, "running"), (SampleError("gone"), "failed")],
)
def test_a_job_that_was_cut_short_has_not_ended_and_one_that_fell_failed(
    raised: BaseException | None, state: str
) -> None:
    schedule = make_schedule()
    run = make_run(schedule=schedule, state=RunState.RUNNING, attempt=1)
    live = _live(run, attempt=1, lease=lease_name(schedule.pk))
    lease_take(name=live.lease, holder=live.holder)
    task = job_of(echo)
    task.push_request(id=run.task_id, raised=raised)
    run_end(task=task, live=live, state=None, value=None)
    task.pop_request()
    run.refresh_from_db()
    assert (run.state, run.ended_at is None) == (state, state == "running")
    assert Lease.objects.exists() == (state == "running")
    assert run.error == ("SampleError: gone" if state == "failed" else "")


@pytest.mark.parametrize("state", ["STARTED", "RECEIVED"])
def test_only_a_success_is_one(state: str) -> None:
    run = make_run(state=RunState.RUNNING)
    run_end(task=job_of(echo), live=_live(run), state=state, value=None)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


@pytest.mark.parametrize("function", [echo, fall])
def test_a_job_whose_end_celery_cannot_store_ends_as_what_it_was(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise Error

    monkeypatch.setattr(job_of(function).backend, "_store_result", away)
    run = make_run(function)
    with pytest.raises(RuntimeWarning):
        work(function, *(["x"] if function is echo else []), task_id=run.task_id)
    run.refresh_from_db()
    assert run.state == ("succeeded" if function is echo else "failed")
    assert run.error.startswith("SampleError" if function is fall else "")


def test_a_retry_that_celery_cannot_store_is_one_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: Any, **_options: Any) -> None:
        raise Error

    monkeypatch.setattr("apps.core.jobs.Job.apply_async", lambda *_args, **_options: None)
    monkeypatch.setattr(job_of(fall).backend, "_store_result", away)
    schedule = make_schedule(fall, retries=1)
    run = make_run(fall, schedule=schedule)
    with pytest.raises(RuntimeWarning):
        work(fall, task_id=run.task_id, schedule=schedule)
    run.refresh_from_db()
    assert (run.state, run.error[:11]) == ("retrying", "SampleError")
    assert Lease.objects.exists()


def test_a_job_that_leaves_its_process_fails_and_stays_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def leave(*_args: Any) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(job_of(echo), "run", leave)
    run = make_run()
    assert work(echo, "x", task_id=run.task_id) == states.FAILURE
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "RuntimeError: SystemExit: 3")


def test_what_a_job_raises_while_its_worker_stops_is_no_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("billiard.common.terminate_handler_fired", lambda: True)
    schedule = make_schedule(fall, retries=1)
    run = make_run(fall, schedule=schedule)
    with pytest.raises(SystemExit):
        work(fall, task_id=run.task_id, schedule=schedule)
    run.refresh_from_db()
    assert (run.state, run.error, run.ended_at) == ("running", "", None)


@pytest.mark.parametrize(
    ("state", "value"),
    [(states.SUCCESS, "late"), (states.FAILURE, SampleError("old")), (states.REJECTED, None)],
)
def test_an_attempt_that_was_taken_for_dead_leaves_the_next_one_and_its_lease_alone(
    state: str, value: Any
) -> None:
    schedule = make_schedule()
    run = make_run(schedule=schedule, state=RunState.RUNNING, attempt=2)
    name = lease_name(schedule.pk)
    stale = _live(run, attempt=1, lease=name)
    lease_take(name=name, holder=f"{run.task_id}:2")
    run_end(task=job_of(echo), live=stale, state=state, value=value)
    run.refresh_from_db()
    assert (run.state, run.result, run.error) == ("running", "", "")
    assert Lease.objects.filter(name=name).exists()


def test_a_job_in_a_thread_that_took_longer_than_it_may_has_failed_when_it_comes_back() -> None:
    for is_forked, state in ((False, "failed"), (True, "succeeded")):
        run = make_run(state=RunState.RUNNING)
        live = _live(run, ends_at=time.monotonic() - 1, is_forked=is_forked)
        run_end(task=job_of(echo), live=live, state=states.SUCCESS, value=1)
        run.refresh_from_db()
        assert run.state == state
        assert run.error == ("" if is_forked else "It took longer than it may.")


def test_a_run_whose_place_another_took_fails_and_is_not_tried_again() -> None:
    schedule = make_schedule(retries=3)
    run = make_run(schedule=schedule, state=RunState.RUNNING, attempt=1)
    live = _live(run, attempt=1, policy=schedule.policy, is_ousted=True)
    task = job_of(echo)
    task.push_request(id=run.task_id, retries=0)
    assert run_retry_seconds(task=task, error=JobOustedError()) is None
    task.pop_request()
    run_end(task=task, live=live, state=states.FAILURE, value=JobOustedError())
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "Another run of its schedule took its place.")


@pytest.mark.parametrize(
    ("state", "attempt"),
    [(RunState.RUNNING, 1), (RunState.RETRYING, 1), (RunState.QUEUED, 1)],
)
def test_a_message_that_comes_too_late_is_no_end_of_what_has_begun(
    state: RunState, attempt: int
) -> None:
    schedule = make_schedule()
    run = make_run(schedule=schedule, state=state, attempt=attempt)
    lease_take(name=lease_name(schedule.pk), holder=f"{run.task_id}:1")
    run_revoked(task_id=run.task_id, is_expired=True)
    run.refresh_from_db()
    assert run.state == state
    assert Lease.objects.exists()


def test_a_run_that_was_taken_for_lost_and_ends_all_the_same_has_ended() -> None:
    run = make_run(state=RunState.LOST, ended_at=timezone.now())
    live = _live(run)
    run_end(task=job_of(echo), live=live, state=states.SUCCESS, value=1)
    run.refresh_from_db()
    assert (run.state, run.result) == ("succeeded", "1")


def test_a_message_that_a_job_gives_back_waits_again() -> None:
    run = make_run(state=RunState.RUNNING)
    live = _live(run)
    run_end(task=job_of(echo), live=live, state=states.REJECTED, value=None)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_the_end_of_a_try_leaves_the_next_one_alone() -> None:
    run = make_run(state=RunState.RUNNING, attempt=2)
    first, second = _live(run, attempt=1), _live(run, attempt=2)
    run_end(task=job_of(echo), live=first, state=states.RETRY, value=Retry("later"))
    assert pulse.get(run.task_id) is second
    pulse.remove(second)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_an_end_is_written_as_soon_as_the_database_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails = [Error(), Error()]

    def write() -> None:
        if fails:
            raise fails.pop()

    monkeypatch.setattr(outcomes, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    outcomes._insist(write)
    assert fails == []


def test_a_process_that_was_stopped_is_spoken_for_by_its_parent() -> None:
    schedule = make_schedule()
    run = make_run(state=RunState.RUNNING, schedule=schedule)
    lease_take(name=lease_name(schedule.pk), holder=run.task_id)
    run_end_elsewhere(task_id=run.task_id, error=TimeLimitExceeded(5))
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "It took longer than it may.")
    assert not Lease.objects.exists()


def test_a_failure_in_this_process_is_not_written_twice() -> None:
    run = make_run(state=RunState.RUNNING)
    live = _live(run)
    run_end_elsewhere(task_id=run.task_id, error=SampleError())
    pulse.remove(live)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_celerys_own_failure_after_the_end_of_a_try_leaves_the_next_one_alone() -> None:
    run = make_run(state=RunState.RUNNING, attempt=1)
    task = job_of(echo)
    task.push_request(id=run.task_id, raised=Retry("later", SampleError()))
    run_end(task=task, live=_live(run, attempt=1), state=None, value=None)
    task.pop_request()
    run_end_elsewhere(task_id=run.task_id, error=Error("the connection is closed"))
    run.refresh_from_db()
    assert run.state == RunState.RETRYING


@pytest.mark.parametrize(("is_expired", "state"), [(True, "missed"), (False, "cancelled")])
def test_a_message_that_is_thrown_away_was_too_late_or_not_wanted(
    *, is_expired: bool, state: str
) -> None:
    run = make_run()
    run_revoked(task_id=run.task_id, is_expired=is_expired)
    run.refresh_from_db()
    assert run.state == state


def test_what_no_worker_knows_is_lost() -> None:
    run = make_run()
    run_unknown(task_id=run.task_id)
    run.refresh_from_db()
    assert run.state == RunState.LOST
    run_unknown(task_id="nothing")


@pytest.mark.parametrize(
    ("function", "policy", "state"),
    [
        (echo, {}, states.SUCCESS),
        (fall, {"alert_mails": ["a@example.com"]}, states.FAILURE),
        (fall, {"retries": 1}, states.RETRY),
    ],
)
def test_a_run_reads_the_policy_of_its_schedule_once(
    function: Any, policy: dict[str, Any], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "enqueue", lambda *_args, **_options: None)
    monkeypatch.setattr("apps.core.jobs.Job.apply_async", lambda *_args, **_options: None)
    schedule = make_schedule(function, **policy)
    args = ("x",) if function is echo else ()
    with CaptureQueriesContext(connection) as asked:
        assert work(function, *args, schedule=schedule) == state
    assert len([query for query in asked if "schedulepolicy" in query["sql"]]) == 1
    assert Alert.objects.exists() == ("alert_mails" in policy)
