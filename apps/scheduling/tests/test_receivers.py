from types import SimpleNamespace
from typing import Any

import pytest
from celery import states

from apps.scheduling import receivers
from apps.scheduling.models import OutboxJob

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
