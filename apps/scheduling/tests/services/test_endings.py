import json
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.scheduling.choices import RunState
from apps.scheduling.constants import MAX_ERROR, MAX_RESULT, MAX_TRACEBACK, RUNS_GROUP
from apps.scheduling.models import Alert
from apps.scheduling.services import pulse
from apps.scheduling.services.endings import error_values, result_text, run_close, run_lose
from apps.scheduling.tests.sample import SampleError, make_run, make_schedule


class Mute:
    def __str__(self) -> str:
        raise ValueError

    __repr__ = __str__


class MuteError(Mute, Exception):
    pass


@pytest.mark.django_db
def test_a_run_ends_once() -> None:
    run = make_run()
    assert run_close(run=run, state=RunState.SUCCEEDED)
    assert not run_close(run=run, state=RunState.FAILED)
    run.refresh_from_db()
    assert run.state == RunState.SUCCEEDED
    assert run.ended_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(RunState))
def test_only_what_went_wrong_is_alerted(state: RunState) -> None:
    run = make_run(schedule=make_schedule(alert_mails=["a@example.com"]))
    run_close(run=run, state=state)
    is_bad = state in {RunState.FAILED, RunState.LOST}
    assert Alert.objects.count() == int(is_bad)


@pytest.mark.django_db
def test_whoever_watches_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(
        pulse, "broadcast", lambda group, event, **payload: told.append((group, event, payload))
    )
    run = make_run(schedule=make_schedule())
    run_lose(run=run, why="it is gone")
    [(group, event, payload)] = told
    assert (group, event) == (RUNS_GROUP, "run.changed")
    assert payload == {
        "id": run.pk,
        "task_id": run.task_id,
        "name": run.name,
        "schedule": run.schedule_id,
        "state": "lost",
        "percent": 0.0,
        "text": "",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, "ü"]}, '{"a": [1, null, "ü"]}'),
        (datetime(2026, 1, 2, tzinfo=UTC), '"2026-01-02T00:00:00Z"'),
        (SampleError("x"), '"x"'),
        ({(1, 2): 3}, '"{(1, 2): 3}"'),
        (Mute(), '"<Mute>"'),
        ([Mute()], '"<list>"'),
    ],
)
def test_any_result_can_be_kept_as_json(value: Any, text: str) -> None:
    assert result_text(value) == text


def test_a_result_that_is_too_deep_is_named() -> None:
    nest: list[Any] = []
    for _ in range(100_000):
        nest = [nest]
    assert result_text(nest) == '"<list>"'


def test_an_error_that_cannot_be_read_is_named() -> None:
    assert error_values(MuteError("x"))["error"] == "MuteError: <MuteError>"


def test_a_long_result_is_cut_and_is_json_still() -> None:
    found = json.loads(result_text("x" * MAX_RESULT))
    assert found["_truncated"] is True


def test_errors_are_bounded() -> None:
    values = error_values(SampleError("x" * 100_000))
    assert len(values["error"]) == len(values["fault"]["exc_message"]) == MAX_ERROR
    assert len(values["traceback"]) == MAX_TRACEBACK


def test_an_error_is_told_with_its_class_and_without_secrets() -> None:
    assert error_values(SampleError("no good: token=abcdefgh"))["fault"] == {
        "exc_type": "SampleError",
        "exc_message": "no good: token=******",
        "exc_module": "apps.scheduling.tests.sample",
    }
