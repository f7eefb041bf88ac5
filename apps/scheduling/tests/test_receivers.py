import weakref
from types import SimpleNamespace
from typing import Any

import pytest
from billiard.exceptions import TimeLimitExceeded
from celery import signals, states

from apps.scheduling import receivers
from apps.scheduling.models import OutboxJob, Run
from apps.scheduling.services.pulse import pulse
from apps.scheduling.tests import sample
from apps.scheduling.tests.sample import job_of, make_run

pytestmark = pytest.mark.django_db
BODY: tuple[Any, ...] = ((), {}, {})


@pytest.fixture
def job() -> str:
    receivers.keep("apps.x.tasks.y", headers={"id": "one"}, body=BODY)
    return "one"


def _task(*, is_eager: bool = False) -> Any:
    return SimpleNamespace(request=SimpleNamespace(is_eager=is_eager, id="one"))


def _kept() -> list[str]:
    return list(OutboxJob.objects.values_list("task_id", flat=True))


@pytest.mark.usefixtures("job")
def test_a_queued_job_is_kept() -> None:
    assert _kept() == ["one"]


@pytest.mark.parametrize("header", ["periodic_task_name", "celery_beat_task"])
def test_what_the_schedule_queued_is_not_kept(header: str) -> None:
    receivers.keep("apps.x.tasks.y", headers={"id": "one", header: True}, body=BODY)
    assert _kept() == []


def test_a_try_is_counted(job: str) -> None:
    receivers.begin(_task(), task_id=job)
    assert OutboxJob.objects.get().tries == 1


@pytest.mark.parametrize("state", [states.SUCCESS, states.FAILURE, states.IGNORED])
def test_a_job_that_ended_is_dropped_well_or_badly(job: str, state: str) -> None:
    receivers.drop(_task(), task_id=job, state=state)
    assert _kept() == []


@pytest.mark.parametrize("state", [states.RETRY, states.REJECTED])
def test_a_job_that_comes_again_is_kept(job: str, state: str) -> None:
    receivers.drop(_task(), task_id=job, state=state)
    assert _kept() == [job]


@pytest.mark.parametrize(("state", "again"), [("RETRY", False), ("IGNORED", True)])
def test_a_try_that_came_to_its_end_is_no_death(job: str, state: str, *, again: bool) -> None:
    task = _task()
    task.request.is_sent_again = again
    receivers.begin(task, task_id=job)
    receivers.drop(task, task_id=job, state=state)
    assert OutboxJob.objects.get().tries == 0


def test_what_runs_at_once_in_its_caller_is_no_job_of_the_broker(job: str) -> None:
    receivers.begin(_task(is_eager=True), task_id=job)
    receivers.drop(_task(is_eager=True), task_id=job, state=states.SUCCESS)
    assert OutboxJob.objects.get().tries == 0


@pytest.mark.usefixtures("job")
def test_a_job_that_was_taken_back_is_dropped() -> None:
    receivers.drop_revoked(SimpleNamespace(id="one"))
    assert _kept() == []


def test_following_may_be_begun_and_ended() -> None:
    from celery.signals import before_task_publish  # noqa: PLC0415 - of use here alone

    receivers.disconnect()
    before = len(before_task_publish.receivers or ())
    receivers.connect()
    receivers.connect()
    assert len(before_task_publish.receivers or ()) == before + 1
    receivers.disconnect()
    assert len(before_task_publish.receivers or ()) == before
    receivers.connect()


def _is_followed(signal: Any, receiver: Any) -> bool:
    return receiver in [found for _key, found in _receivers(signal)]


def _receivers(signal: Any) -> list[tuple[Any, Any]]:
    return [
        (key, found() if isinstance(found, weakref.ReferenceType) else found)
        for key, found, *_rest in signal.receivers or ()
    ]


def test_runs_are_followed_from_the_start() -> None:
    assert _is_followed(signals.before_task_publish, receivers.queued)
    assert _is_followed(signals.task_postrun, receivers.ended)
    assert _is_followed(signals.task_failure, receivers.failed)
    assert _is_followed(signals.task_revoked, receivers.revoked)
    assert _is_followed(signals.task_unknown, receivers.unknown)
    assert _is_followed(signals.worker_ready, receivers.named)
    assert _is_followed(signals.worker_shutdown, receivers.stopped)


def test_a_message_of_a_job_leaves_a_row_and_others_do_not() -> None:
    for name in (job_of(sample.echo).name, "celery.backend_cleanup", "nothing"):
        receivers.queued(name, headers={"id": name}, body=(["x"], {}, {}), routing_key="slow")
    run = Run.objects.get()
    assert (run.task_id, run.queue, run.args) == (job_of(sample.echo).name, "slow", ["x"])


def test_what_the_schedule_queued_of_a_job_that_leaves_rows_is_kept() -> None:
    headers = {"id": "one", "atrium_trigger": "schedule"}
    receivers.keep(job_of(sample.quiet).name, headers=headers, body=BODY)
    assert _kept() == []
    receivers.keep(job_of(sample.echo).name, headers=headers, body=BODY)
    assert _kept() == ["one"]


def test_a_message_that_is_sent_again_is_kept(job: str) -> None:
    task = _task()
    task.request.is_sent_again = True
    receivers.drop(task, task_id=job, state=states.IGNORED)
    assert _kept() == [job]


@pytest.mark.parametrize(
    ("told", "state"),
    [({"expired": True}, "missed"), ({"terminated": True}, "cancelled"), ({}, "cancelled")],
)
def test_a_message_that_is_thrown_away_ends_its_run(told: dict[str, bool], state: str) -> None:
    run = make_run()
    receivers.revoked(job_of(sample.echo), request=SimpleNamespace(id=run.task_id), **told)
    run.refresh_from_db()
    assert run.state == state


def test_a_worker_that_knows_no_such_job_ends_the_run() -> None:
    run = make_run()
    receivers.unknown(id=run.task_id)
    run.refresh_from_db()
    assert run.state == "lost"


def test_a_process_that_is_stopped_ends_the_run() -> None:
    run = make_run(state="running")
    receivers.failed(job_of(sample.echo), task_id=run.task_id, exception=TimeLimitExceeded(1))
    run.refresh_from_db()
    assert run.state == "failed"


def test_the_worker_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "node", "")
    receivers.named(SimpleNamespace(hostname="one@here"))
    assert pulse.node == "one@here"


def test_a_worker_that_ended_gives_its_runs_back(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "amqp://nowhere"
    run = make_run(sample.again, state="running", attempt=2, worker="one@here")
    receivers.stopped(SimpleNamespace(hostname="one@here"))
    run.refresh_from_db()
    assert run.attempt == 1
