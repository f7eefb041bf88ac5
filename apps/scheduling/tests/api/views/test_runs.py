from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.testing.fixtures import GrantedClient
from apps.scheduling.choices import RunState, Trigger, Why
from apps.scheduling.models import Run, RunLine
from apps.scheduling.selectors.runs import STATUSES
from apps.scheduling.tests.factories import NAME, SILENT, make_run, make_schedule
from apps.scheduling.tests.sample import fall, work

pytestmark = pytest.mark.django_db
URL = "/api/v1/task-results"


@pytest.fixture
def client(client_with: GrantedClient) -> Any:
    return client_with("sys:task:list", "sys:task:del")


def _data(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()["data"]


def _ids(response: Any) -> list[int]:
    return [row["id"] for row in _data(response)["items"]]


def test_a_run_reads_as_the_front_end_expects(client: Any) -> None:
    schedule = make_schedule(name="morning")
    ended = datetime(2026, 3, 5, 4, 0, 9, 500_000, tzinfo=UTC)
    run = make_run(
        state=RunState.SUCCEEDED,
        result='{"greeted": 3}',
        args=["Ann"],
        kwargs={"times": 3},
        queue="slow",
        worker="w1@host",
        attempt=2,
        percent=100,
        schedule=schedule,
        schedule_name=schedule.name,
        trigger=Trigger.SCHEDULE,
        started_at=ended - timedelta(seconds=2),
        ended_at=ended,
    )
    row = _data(client.get(f"{URL}/{run.pk}"))
    assert row == {
        "id": run.pk,
        "task_id": run.task_id,
        "status": "SUCCESS",
        "result": {"greeted": 3},
        "date_done": "2026-03-05 12:00:09",
        "traceback": None,
        "name": NAME,
        "args": ["Ann"],
        "kwargs": {"times": 3},
        "worker": "w1@host",
        "retries": 1,
        "queue": "slow",
        "state": "succeeded",
        "percent": 100.0,
        "text": None,
        "error": None,
        "schedule": schedule.pk,
        "schedule_name": "morning",
        "trigger": "schedule",
        "user_id": None,
        "trace_id": None,
        "due_time": None,
        "queued_time": "2026-03-05 12:00:00",
        "started_time": "2026-03-05 12:00:07",
        "seconds": 2.0,
        "cancel_time": None,
    }
    assert _data(client.get(URL))["items"] == [row]


def test_a_failure_shows_its_error_and_traceback(client: Any) -> None:
    run = make_run(state=RunState.FAILED, error="ValueError: no", traceback="Traceback …")
    row = _data(client.get(f"{URL}/{run.pk}"))
    assert (row["status"], row["error"]) == ("FAILURE", "ValueError: no")
    assert row["result"] == {"exc_type": "ValueError", "exc_message": "no", "exc_module": ""}
    assert (row["traceback"], row["date_done"]) == ("Traceback …", None)


def test_a_job_that_fails_tells_what_it_raised(client: Any) -> None:
    work(fall)
    row = _data(client.get(URL))["items"][0]
    assert row["error"] == "SampleError: no good: token=******"
    assert row["result"] == {
        "exc_type": "SampleError",
        "exc_message": "no good: token=******",
        "exc_module": "apps.scheduling.tests.sample",
    }


@pytest.mark.parametrize("state", RunState.values)
def test_every_state_has_a_status(state: str, client: Any) -> None:
    run = make_run(state=state)
    assert _data(client.get(f"{URL}/{run.pk}"))["status"] == STATUSES[state]


def test_runs_come_newest_first(client: Any) -> None:
    runs = [make_run() for _number in range(3)]
    assert _ids(client.get(URL)) == [run.pk for run in reversed(runs)]


@pytest.mark.parametrize(
    "query",
    [
        "name=SILENT",
        "task_id=odd",
        "status=REVOKED",
        "state=skipped",
        "trigger=person",
        "start_time=2026-03-06",
        "schedule={schedule}",
    ],
)
def test_runs_are_narrowed(query: str, client: Any) -> None:
    make_run()
    odd = make_run(
        name=SILENT,
        task_id="odd",
        state=RunState.SKIPPED,
        trigger=Trigger.PERSON,
        schedule=make_schedule(),
        queued_at=timezone.now(),
    )
    url = f"{URL}?{query.format(schedule=odd.schedule_id)}"
    assert _ids(client.get(url)) == [odd.pk]


def test_a_task_id_is_no_part_of_one(client: Any) -> None:
    make_run(task_id="abc")
    assert _ids(client.get(f"{URL}?task_id=ab")) == []
    assert len(_ids(client.get(f"{URL}?task_id=&name=&status="))) == 1


@pytest.mark.parametrize("query", ["status=DONE", "state=over", "schedule=x", "trigger=me"])
def test_a_bad_filter_is_refused(query: str, client: Any) -> None:
    assert client.get(f"{URL}?{query}").status_code == 422


def test_runs_that_are_over_are_deleted_all_or_none(client: Any) -> None:
    over = [make_run(state=RunState.SUCCEEDED), make_run(state=RunState.LOST)]
    live = make_run(state=RunState.RUNNING)
    response = client.delete(URL, {"pks": [over[0].pk, live.pk]})
    assert (response.status_code, response.json()["reason"]) == (409, "scheduling.run_live")
    assert client.delete(URL, {"pks": [over[0].pk, 987654321]}).status_code == 404
    assert client.delete(f"{URL}/{live.pk}").status_code == 409
    assert Run.objects.count() == 3
    assert _data(client.delete(URL, {"pks": [run.pk for run in over]})) is None
    assert Run.objects.get() == live


@pytest.mark.parametrize("body", [{}, {"pks": []}, {"pks": ["x"]}, {"pks": 7}])
def test_a_deletion_of_nothing_is_refused(body: Any, client: Any) -> None:
    assert client.delete(URL, body).status_code == 422


def test_lines_are_read_on_from_the_last_one(client: Any) -> None:
    run = make_run(state=RunState.RUNNING)
    lines = [
        RunLine.objects.create(run=run, at=run.queued_at, level="warning", text=f"<{number}>")
        for number in range(3)
    ]
    told = _data(client.get(f"{URL}/{run.pk}/lines"))
    assert (told["after"], told["live"]) == (lines[2].pk, True)
    assert told["items"][0] == {
        "id": lines[0].pk,
        "time": "2026-03-05 12:00:00",
        "level": "warning",
        "text": "<0>",
    }
    told = _data(client.get(f"{URL}/{run.pk}/lines?after={lines[1].pk}"))
    assert [line["text"] for line in told["items"]] == ["<2>"]
    told = _data(client.get(f"{URL}/{run.pk}/lines?after={told['after']}"))
    assert (told["items"], told["after"]) == ([], lines[2].pk)


@pytest.mark.parametrize("query", ["after=x", "after=-1", f"after={2**63}"])
def test_lines_refuse_a_bad_query(query: str, client: Any) -> None:
    assert client.get(f"{URL}/{make_run().pk}/lines?{query}").status_code == 422


def test_lines_of_no_run_are_not_found(client: Any) -> None:
    assert client.get(f"{URL}/987654321/lines").status_code == 404


def test_reading_and_deleting_need_their_codes(client_with: GrantedClient) -> None:
    run = make_run(state=RunState.SUCCEEDED)
    reader, cleaner = client_with("sys:task:list"), client_with("sys:task:del")
    for url in (URL, f"{URL}/{run.pk}", f"{URL}/{run.pk}/lines"):
        assert reader.get(url).status_code == 200
        assert cleaner.get(url).status_code == 403
    assert reader.delete(URL, {"pks": [run.pk]}).status_code == 403
    assert cleaner.delete(URL, {"pks": [run.pk]}).status_code == 200


def test_what_the_platform_says_of_a_run_is_in_the_language_of_the_reader(client: Any) -> None:
    made = make_run(state=RunState.LOST, error=Why.WORKER_DIED, text="a job's own words")
    RunLine.objects.create(run=made, at=timezone.now(), text=Why.CUT)
    path = f"{URL}/{made.pk}"
    told = {}
    for language in ("en-US", "zh-CN"):
        row = _data(client.get(path, headers={"accept-language": language}))
        [line] = _data(client.get(f"{path}/lines", headers={"accept-language": language}))["items"]
        assert row["text"] == "a job's own words"
        assert row["result"]["exc_message"] == row["error"]
        told[language] = (row["error"], line["text"])
    assert told["en-US"] == ("Its worker died while it ran.", "Further lines are not kept.")
    assert told["zh-CN"][0] != told["en-US"][0]
    assert told["zh-CN"][1] != told["en-US"][1]
