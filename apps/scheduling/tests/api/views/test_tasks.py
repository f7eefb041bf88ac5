from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from apps.core.testing.fixtures import GrantedClient
from apps.scheduling.api.views import tasks as views
from apps.scheduling.choices import RunState, Trigger
from apps.scheduling.models import Run
from apps.scheduling.selectors.workers import QueueDepth, WorkerInfo, WorkerState
from apps.scheduling.tests.factories import NAME, SILENT, heard, make_run

pytestmark = pytest.mark.django_db
URL = "/api/v1/tasks"


@pytest.fixture
def client(client_with: GrantedClient) -> Any:
    return client_with("sys:task:list", "sys:task:exec", "sys:task:revoke")


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the runs whose workers are told to stop; there is none to hear it."""
    found: list[str] = []
    control = "apps.scheduling.services.runs.current_app.control.revoke"
    monkeypatch.setattr(control, lambda task_id, **_values: found.append(task_id))
    return found


def _data(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_declared_jobs_are_listed_each_one_once(client: Any) -> None:
    rows = _data(client.get(f"{URL}/registered"))
    names = [row["task"] for row in rows]
    assert len(names) == len(set(names))
    assert "celery.backend_cleanup" not in names
    (row,) = (row for row in rows if row["task"] == NAME)
    assert row == {
        "name": "greet somebody",
        "task": NAME,
        "doc": "Greet somebody.\n\nOr shout at them.",
        "queue": "slow",
        "repeatable": True,
        "parameters": [
            _parameter("name", "text", required=True),
            _parameter("times", "integer", default=1),
            _parameter("tone", "choice", default="kind", choices=["kind", "gruff"]),
        ],
    }


def _parameter(name: str, kind: str, **values: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"required": False, "nullable": False, "default": None, "choices": []}
    return {"name": name, "kind": kind, **usual, **values}


def test_labels_are_in_the_language_of_whoever_asks(client: Any) -> None:
    with translation.override("zh-hans"):
        assert all(row["name"] for row in _data(client.get(f"{URL}/registered")))


def test_workers_and_queues_are_shown(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    since = datetime(2026, 3, 5, 4, tzinfo=UTC)
    info = WorkerInfo(name="w1", state=WorkerState.WORKING, queues=("quick",), since=since)
    monkeypatch.setattr(views, "workers", lambda: [info])
    monkeypatch.setattr(views, "queue_depths", lambda: [QueueDepth(name="slow", depth=None)])
    assert _data(client.get(f"{URL}/workers")) == [
        {
            "name": "w1",
            "state": "working",
            "queues": ["quick"],
            "pool_size": 0,
            "running": 0,
            "processed": 0,
            "since": "2026-03-05 12:00:00",
        }
    ]
    assert _data(client.get(f"{URL}/queues")) == [{"name": "slow", "depth": None}]


def test_a_job_is_started_with_arguments(client: Any) -> None:
    heard.clear()
    body = {"task": NAME, "args": '["Ann"]', "kwargs": {"times": 2}, "queue": "quick"}
    started = _data(client.post(f"{URL}/start", body))
    run = Run.objects.get(pk=started["id"])
    assert (run.task_id, run.queue, run.schedule) == (started["task_id"], "quick", None)
    assert (run.trigger, run.actor_id) == (Trigger.PERSON, client.user.pk)
    assert heard == [("Ann", 2, "kind")]


def test_a_job_waits_in_its_own_queue_by_default(client: Any) -> None:
    for body in ({"task": SILENT}, {"task": SILENT, "queue": ""}, {"task": SILENT, "queue": None}):
        _data(client.post(f"{URL}/start", body))
        assert Run.objects.latest("pk").queue == "scheduled"


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("task", {}),
        ("task", {"task": "celery.backend_cleanup"}),
        ("task", {"task": ["x"]}),
        ("kwargs", {"task": NAME}),
        ("args", {"task": NAME, "args": [7]}),
        ("args", {"task": NAME, "args": "Ann"}),
        ("args", {"task": SILENT, "args": [None, "\0"]}),
        ("args", {"task": SILENT, "args": "[null," + "[" * 500 + "]" * 501}),
        ("kwargs", {"task": SILENT, "kwargs": {"x": "x" * 70_000}}),
        ("queue", {"task": SILENT, "queue": "celery"}),
    ],
)
def test_a_start_that_breaks_a_rule_is_refused(field: str, body: Any, client: Any) -> None:
    response = client.post(f"{URL}/start", body)
    assert response.status_code == 422
    assert response.json()["data"]["errors"][0]["loc"] == ["body", field]
    assert not Run.objects.exists()


def test_a_run_that_waits_is_cancelled(client: Any, told: list[str]) -> None:
    run = make_run(task_id="waits")
    assert _data(client.delete(f"{URL}/waits/cancel")) is None
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert told == ["waits"]


def test_a_run_at_work_is_asked_to_end(client: Any) -> None:
    run = make_run(task_id="works", state=RunState.RUNNING)
    _data(client.delete(f"{URL}/works/cancel"))
    run.refresh_from_db()
    assert run.cancel_asked_at is not None


def test_a_run_that_is_over_or_unknown_cannot_be_cancelled(client: Any) -> None:
    make_run(task_id="over", state=RunState.SUCCEEDED)
    response = client.delete(f"{URL}/over/cancel")
    assert (response.status_code, response.json()["reason"]) == (409, "scheduling.run_over")
    assert client.delete(f"{URL}/unknown/cancel").status_code == 404
    assert client.delete(f"{URL}/{'x' * 500}/cancel").status_code == 404
    assert client.delete(f"{URL}/%00/cancel").status_code == 404


def test_each_act_needs_its_code(client_with: GrantedClient) -> None:
    make_run(task_id="waits")
    calls: dict[str, Callable[[Any], Any]] = {
        "list": lambda client: client.get(f"{URL}/registered"),
        "exec": lambda client: client.post(f"{URL}/start", {"task": SILENT}),
        "revoke": lambda client: client.delete(f"{URL}/waits/cancel"),
    }
    for verb, call in calls.items():
        others = [f"sys:task:{other}" for other in calls if other != verb]
        assert call(client_with(*others)).status_code == 403
        assert call(client_with(f"sys:task:{verb}")).status_code == 200
