"""Runs of jobs in the worker of the one process: real threads, a real broker, a real database."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery.worker import state
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.core.jobs import job, progress
from apps.scheduling import receivers
from apps.scheduling.models import Lease, OutboxJob, Run, SchedulePolicy
from apps.scheduling.services.pulse import pulse
from apps.scheduling.services.reaping import is_embedded
from apps.scheduling.services.runs import run_cancel, run_start
from config import transport
from config.celery import app
from config.runtime.worker import EmbeddedWorker
from config.transport import Channel

pytestmark = pytest.mark.django_db(transaction=True)
may_end = threading.Event()
NAME = "config.tests.runtime.test_runs"
SECONDS = 20.0


@job(label="wait for the test")
def linger(*, is_atomic: bool = False) -> str:
    """Tell of itself until the test lets it end."""
    if is_atomic:
        with transaction.atomic():
            return _linger()
    return _linger()


def _linger() -> str:
    progress(30, "waiting")
    while not may_end.wait(0.02):
        progress(30, "waiting")
    return "done"


@job(label="fall twice")
def stumble(marks: list[str]) -> None:
    """Fail."""
    raise ValueError(len(marks))


@pytest.fixture(autouse=True)
def _worker() -> Iterator[None]:
    if not is_embedded():
        pytest.skip("needs the broker inside the process: CELERY_BROKER_URL is set")
    transport.register()
    Channel.queues.clear()
    may_end.clear()
    app.conf.task_always_eager = False
    worker = EmbeddedWorker(app, threads=3, on_death=lambda: None)
    assert worker.start()
    yield
    may_end.set()
    worker.ask_to_stop()
    assert worker.join(10)
    pulse.stop()
    state.should_stop = state.should_terminate = None
    state.revoked.clear()
    app.conf.task_always_eager = True  # as the settings of the tests have it


def _until(run: Run, holds: Callable[[Run], Any]) -> Run:
    end = time.monotonic() + SECONDS
    while True:
        run.refresh_from_db()
        if holds(run):
            return run
        assert time.monotonic() < end, f"it never came true: {run.state} {run.error}"
        time.sleep(0.02)


def _is(*states: str) -> Callable[[Run], bool]:
    return lambda run: run.state in states


def _schedule(name: str, **policy: Any) -> PeriodicTask:
    interval = IntervalSchedule.objects.create(every=1, period="days")
    made = PeriodicTask.objects.create(name=name, task=f"{NAME}.linger", interval=interval)
    SchedulePolicy.objects.create(schedule=made, **policy)
    return made


def test_a_run_is_seen_from_its_queue_to_its_end() -> None:
    run = _until(run_start(name=f"{NAME}.linger"), lambda run: run.percent == 30)
    assert (run.state, run.text, run.attempt) == ("running", "waiting", 1)
    assert run.worker.startswith("embedded@")
    may_end.set()
    run = _until(run, _is("succeeded"))
    assert (run.result, run.percent) == ('"done"', 100)


def test_a_job_that_runs_is_cancelled() -> None:
    run = _until(run_start(name=f"{NAME}.linger"), _is("running"))
    run_cancel(run=run)
    assert _until(run, _is("cancelled", "succeeded")).state == "cancelled"


def test_a_job_that_is_one_transaction_ends_well() -> None:
    run = run_start(name=f"{NAME}.linger", kwargs={"is_atomic": True})
    end = time.monotonic() + SECONDS
    while pulse.get(run.task_id) is None or not pulse.at_hand()[0].text:
        assert time.monotonic() < end
        time.sleep(0.02)
    may_end.set()
    assert _until(run, _is("succeeded", "failed")).state == "succeeded"


def test_runs_of_one_schedule_do_not_overlap() -> None:
    schedule = _schedule("one at a time")
    first = _until(run_start(name=f"{NAME}.linger", schedule=schedule), _is("running"))
    second = run_start(name=f"{NAME}.linger", schedule=schedule)
    assert _until(second, _is("skipped", "running")).state == "skipped"
    may_end.set()
    _until(first, _is("succeeded"))
    end = time.monotonic() + SECONDS
    while Lease.objects.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_job_that_takes_too_long_is_ended_when_it_tells_of_itself() -> None:
    schedule = _schedule("a second at most", limit_seconds=1)
    run = _until(run_start(name=f"{NAME}.linger", schedule=schedule), _is("failed", "succeeded"))
    assert (run.state, run.error) == ("failed", "It took longer than it may.")


def test_a_job_that_fails_is_tried_again_and_then_has_failed() -> None:
    schedule = _schedule("try twice", retries=1, retry_seconds=0)
    run = run_start(name=f"{NAME}.stumble", kwargs={"marks": ["x"]}, schedule=schedule)
    run = _until(run, _is("failed", "succeeded"))
    assert (run.state, run.attempt, run.error) == ("failed", 2, "ValueError: 1")
    assert list(run.lines.values_list("level", "text")) == [("warning", "try 1 failed: 1")]


@job(label="be quick")
def hasten() -> str:
    """End at once."""
    return "done"


@pytest.mark.parametrize("full", [("slow",), ("slow", "quick")])
def test_full_queues_do_not_hold_up_the_others(full: tuple[str, ...]) -> None:
    waiting = [run_start(name=f"{NAME}.linger", queue=queue) for queue in full for _ in range(5)]
    for number in range(len(full)):
        _until(waiting[5 * number], _is("running"))
    for queue in {"quick", "slow", "scheduled"} - {*full}:
        _until(run_start(name=f"{NAME}.hasten", queue=queue), _is("succeeded"))
    states = [Run.objects.get(pk=run.pk).state for run in waiting]
    assert sorted(states) == sorted(["running"] * 3 * len(full) + ["queued"] * 2 * len(full))


def test_messages_that_cannot_be_read_end_and_take_up_no_place() -> None:
    receivers.connect()
    for number in range(4):  # one more than there are threads
        odd = {"__type__": "uuid", "__value__": {"hex": "no"}}
        app.tasks[f"{NAME}.stumble"].apply_async(kwargs={"marks": odd}, task_id=f"odd {number}")
    assert Run.objects.count() == 4
    for run in Run.objects.all():
        assert "DecodeError" in _until(run, _is("failed")).error
    _until(run_start(name=f"{NAME}.hasten"), _is("succeeded"))
    end = time.monotonic() + SECONDS
    while OutboxJob.objects.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
