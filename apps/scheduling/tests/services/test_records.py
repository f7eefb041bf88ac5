from datetime import UTC, datetime

import pytest

from apps.scheduling.models import Run
from apps.scheduling.services.pulse import pulse
from apps.scheduling.services.records import (
    begun_values,
    row_of,
    schedule_of,
    shown_arguments,
)
from apps.scheduling.tests.sample import echo, job_of, make_run

pytestmark = pytest.mark.django_db


def test_a_row_is_made_once() -> None:
    made = [
        row_of(task=job_of(echo), task_id="one", headers={}, arguments=((), {}), queue="quick")
        for _ in range(2)
    ]
    run = Run.objects.get()
    assert made == [(run, True), (run, False)]
    assert (run.trigger, run.schedule, run.due_at) == ("platform", None, None)


def test_headers_that_make_no_sense_are_passed_over() -> None:
    headers = {"atrium_schedule": "x", "atrium_trigger": "magic", "atrium_due": "soon"}
    run, _ = row_of(
        task=job_of(echo), task_id="one", headers=headers, arguments=((), {}), queue="quick"
    )
    assert (run.trigger, run.schedule, run.due_at) == ("platform", None, None)


def test_secrets_are_masked_by_name_also_where_they_come_by_position() -> None:
    shown, named = shown_arguments(job_of(echo), ["hello", "hunter2"], {"x": {"token": "t"}})
    assert shown[0] == "hello"
    assert shown[1] != "hunter2"
    assert named["x"]["token"] != "t"


def test_long_arguments_are_left_out() -> None:
    shown, named = shown_arguments(job_of(echo), ["x" * 30_000], {"word": "y" * 30_000})
    assert (shown, named) == (["…"], {"…": "…"})


def test_a_message_tells_its_schedule() -> None:
    assert schedule_of({}) is None
    assert schedule_of({"atrium_schedule": 5}) == 5


def test_a_thread_learns_the_name_of_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "node", "embedded@here")
    task = job_of(echo)
    for hostname, worker in [("here", "embedded@here"), ("two@there", "two@there")]:
        task.push_request(hostname=hostname)
        assert begun_values(task, make_run())["worker"] == worker
        task.pop_request()


def test_the_first_start_of_a_run_stays() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    values = begun_values(job_of(echo), make_run(started_at=first, attempt=2))
    assert (values["started_at"], values["attempt"]) == (first, 3)
