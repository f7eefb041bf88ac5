import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from apps.scheduling.models import OutboxJob
from apps.scheduling.services import outbox as services
from apps.scheduling.services.outbox import job_begin, job_drop, job_keep, jobs_recover, jobs_spare
from apps.scheduling.tests.factories import make_run

pytestmark = pytest.mark.django_db
MOMENT = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
HEADERS = {"id": "one", "eta": "2030-01-02T03:04:00+00:00", "retries": 2}
BODY = ([1], {"at": MOMENT}, {"chain": None})


def _keep(task_id: str = "one") -> None:
    job_keep(
        task_id=task_id,
        name="apps.x.tasks.y",
        headers={**HEADERS, "id": task_id},
        body=BODY,
        queue="slow",
    )


def _recover() -> list[Mapping[str, Any]]:
    sent: list[Mapping[str, Any]] = []
    assert jobs_recover(send=sent.append) == len(sent)
    return sent


def test_what_this_process_queued_is_not_queued_twice() -> None:
    _keep()
    assert _recover() == []


def test_what_an_earlier_process_left_is_queued_again_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _keep()
    monkeypatch.setattr(services, "BOOT", "later")
    told = {"name": "apps.x.tasks.y", "headers": HEADERS, "body": list(BODY), "queue": "slow"}
    assert _recover() == [told]


def test_jobs_come_again_in_the_order_in_which_they_were_queued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for task_id in ("c", "a", "b"):
        _keep(task_id)
    monkeypatch.setattr(services, "BOOT", "later")
    assert [message["headers"]["id"] for message in _recover()] == ["c", "a", "b"]


def test_a_job_that_is_done_is_forgotten() -> None:
    _keep()
    job_drop(task_id="one")
    assert not OutboxJob.objects.exists()


def test_a_job_that_is_queued_again_keeps_its_count_of_tries() -> None:
    _keep()
    job_begin(task_id="one")
    _keep()
    assert OutboxJob.objects.get().tries == 1


@pytest.mark.parametrize(
    "payload",
    [
        '{"headers": {}, "body": [[{"__type__": "uuid", "__value__": {"hex": "no"}}], {}, {}]}',
        "no JSON",
        "[]",
        '{"headers": {}}',
    ],
)
def test_a_message_that_cannot_be_read_does_not_keep_the_others(
    payload: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for task_id in ("bad", "good"):
        _keep(task_id)
    OutboxJob.objects.filter(task_id="bad").update(payload=payload)
    run = make_run(task_id="bad")
    monkeypatch.setattr(services, "BOOT", "later")
    sent: list[str] = []

    def send(message: Mapping[str, Any]) -> None:
        assert message["body"] is not None
        sent.append(message["headers"]["id"])

    assert jobs_recover(send=send) == 1
    assert sent == ["good"]
    assert list(OutboxJob.objects.values_list("task_id", flat=True)) == ["good"]
    run.refresh_from_db()
    assert (run.state, run.error) == ("lost", "Its message cannot be read.")
    assert "(bad) cannot be read" in caplog.text


def test_a_database_that_does_not_answer_costs_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_message: Any) -> None:
        raise OperationalError

    _keep()
    monkeypatch.setattr(services, "BOOT", "later")
    with pytest.raises(OperationalError):
        jobs_recover(send=fail)
    assert OutboxJob.objects.exists()


def test_a_job_that_was_cut_short_by_stops_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    _keep()
    for start in range(services.MAX_TRIES + 2):
        job_begin(task_id="one")
        jobs_spare(task_ids=["one", "nobody"])
        monkeypatch.setattr(services, "BOOT", f"start {start}")
        assert len(_recover()) == 1
    jobs_spare(task_ids=["one"])
    assert OutboxJob.objects.get().tries == 0


def test_a_job_that_never_finishes_is_given_up_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _keep("bad")
    _keep("good")
    for _ in range(services.MAX_TRIES):
        job_begin(task_id="bad")
    monkeypatch.setattr(services, "BOOT", "later")
    with caplog.at_level(logging.INFO):
        sent = _recover()
    assert [message["headers"]["id"] for message in sent] == ["good"]
    assert "apps.x.tasks.y (bad) never finished" in caplog.text
    assert list(OutboxJob.objects.values_list("task_id", flat=True)) == ["good"]


def test_a_job_that_waited_through_many_starts_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _keep()
    for start in range(services.MAX_TRIES + 2):
        monkeypatch.setattr(services, "BOOT", f"start {start}")
        assert len(_recover()) == 1
