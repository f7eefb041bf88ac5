from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest
from celery import current_app, shared_task, states
from celery.app.trace import build_tracer
from celery.exceptions import NotRegistered, Retry
from django.db import transaction
from django.dispatch import Signal
from django_celery_results.models import TaskResult

from apps.core.context import (
    RequestContext,
    current_context,
    current_user_id,
    enter_context,
    leave_context,
)
from apps.core.jobs import (
    Job,
    JobCancelled,
    Refusal,
    carried,
    enqueue,
    job,
    job_asked,
    job_fell,
    job_reported,
    progress,
)
from apps.core.masking import SEAL

pytestmark = pytest.mark.django_db
NAME = "apps.core.tests.test_jobs.note"
noted: list[tuple[str, int | None, str]] = []
toiled: list[tuple[str, str]] = []


@shared_task(name=NAME)
def note(word: str) -> None:
    context = current_context()
    noted.append((word, current_user_id(), context.request_id if context else ""))


@pytest.fixture(autouse=True)
def _registered() -> None:
    current_app.finalize()
    noted.clear()


def test_a_job_starts_when_the_transaction_has_committed() -> None:
    with transaction.atomic():
        enqueue(NAME, word="later")
        assert noted == []
    assert noted == [("later", None, "")]


def test_a_job_of_an_undone_transaction_never_starts() -> None:
    with transaction.atomic():
        enqueue(NAME, word="never")
        transaction.set_rollback(True)
    assert noted == []


def test_an_unknown_job_is_refused_at_once() -> None:
    with pytest.raises(NotRegistered), transaction.atomic():
        enqueue("apps.core.tasks.nothing")


def test_a_job_acts_for_who_asked_and_under_their_request_id() -> None:
    before = enter_context(RequestContext(request_id="r-1", user_id=7, username="ann"))
    enqueue(NAME, word="mine")
    assert current_user_id() == 7
    leave_context(before)
    assert noted == [("mine", 7, "r-1")]
    assert current_context() is None


def test_the_context_travels_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(current_app.tasks[NAME], "apply_async", lambda **told: sent.update(told))
    enqueue(NAME, word="x")
    assert sent == {"kwargs": {"word": "x"}, "headers": {"atrium_context": {}}}


@job(label="toil", queue="slow", is_repeatable=True)
def toil(word: str, api_key: str = "", *, depth: int = 0) -> str:
    """Do something."""
    toiled.append((word, api_key))
    progress(120, word)
    if word == "fall":
        raise ValueError(word)
    if depth:
        return str(_toil()(word, depth=depth - 1))
    return word


def _toil() -> Job:
    return cast("Job", current_app.tasks["apps.core.tests.test_jobs.toil"])


def _work(
    *args: Any, retries: int = 0, headers: Mapping[str, Any] | None = None, **kwargs: Any
) -> tuple[str, Any]:
    """Run it as a worker does; return how it ended and with what."""
    told = {"id": "one", "retries": retries, "is_eager": True, "delivery_info": {}}
    told |= headers or {}
    task = _toil()
    tracer: Any = build_tracer(task.name, task, app=task.app)
    result, info, _runtime, _text = tracer("one", args, kwargs, told)
    return ("SUCCESS", result) if info is None else (info.state, info.retval)


Answer = Callable[[Signal, Any], list[dict[str, Any]]]


@pytest.fixture
def answer() -> Iterator[Answer]:
    """Return a function that answers a signal and returns what was told with it."""
    ends: list[Callable[[], object]] = []

    def connect(signal: Signal, said: Any) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []

        def receive(**values: Any) -> Any:
            told.append(values)
            return said

        signal.connect(receive, weak=False)
        ends.append(lambda: signal.disconnect(receive))
        return told

    yield connect
    for end in ends:
        end()


def test_a_job_knows_what_was_declared_of_it() -> None:
    task = _toil()
    assert (task.label, task.lane) == ("toil", "slow")
    assert (task.is_repeatable, task.is_quiet) == (True, False)


def test_a_job_is_an_ordinary_function_too() -> None:
    assert _toil()("x", depth=2) == "x"


def test_a_job_asks_once_before_it_begins(answer: Answer) -> None:
    asked = answer(job_asked, None)
    assert _work("x") == ("SUCCESS", "x")
    assert [told["task"].name for told in asked] == [_toil().name]


def test_a_job_that_is_refused_does_not_begin(answer: Answer) -> None:
    told = answer(job_reported, None)
    answer(job_asked, Refusal(state=states.REVOKED))
    assert _work("x")[0] == states.IGNORED
    assert told == []
    assert TaskResult.objects.get(task_id="one").status == states.REVOKED


def test_a_job_that_has_to_wait_is_sent_again_with_its_headers(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(Job, "apply_async", lambda _self, *_args, **told: sent.append(told))
    answer(job_asked, Refusal(again_in=7))
    assert _work("x", retries=2, headers={"atrium_trigger": "person"})[0] == states.IGNORED
    [told] = sent
    assert (told["task_id"], told["countdown"], told["retries"]) == ("one", 7, 2)
    assert told["headers"] == {"atrium_trigger": "person"}


def test_a_job_tells_how_far_it_is_within_bounds(answer: Answer) -> None:
    told = answer(job_reported, None)
    _work("x")
    found = [(each["task_id"], each["percent"], each["text"]) for each in told]
    assert found == [("one", 100.0, "x")]


def test_telling_it_outside_of_jobs_is_to_no_end(answer: Answer) -> None:
    told = answer(job_reported, JobCancelled())
    progress(5)
    assert told == []


def test_a_job_that_is_told_to_end_ends_and_is_no_failure(answer: Answer) -> None:
    answer(job_reported, JobCancelled())
    assert _work("x")[0] == states.IGNORED
    assert TaskResult.objects.get(task_id="one").status == states.REVOKED


def test_a_job_that_is_told_to_end_by_an_error_fails_with_it(answer: Answer) -> None:
    answer(job_reported, TimeoutError())
    state, error = _work("x")
    assert (state, type(error)) == (states.FAILURE, TimeoutError)


def test_a_job_that_asks_for_the_end_of_its_process_fails(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_args: Any) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(_toil(), "run", leave)
    told = answer(job_fell, None)
    state, error = _work("x")
    assert (state, str(error)) == (states.FAILURE, "SystemExit: 3")
    assert str(told[0]["error"]) == "SystemExit: 3"


def test_a_job_that_fell_is_tried_again_if_somebody_says_when(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def retry(_self: Any, **told: Any) -> Retry:
        asked.append(told)
        return Retry("later", told["exc"], told["countdown"])

    monkeypatch.setattr(Job, "retry", retry)
    answer(job_fell, 5.0)
    assert _work("fall", retries=1)[0] == states.RETRY
    assert (asked[0]["countdown"], asked[0]["max_retries"]) == (5.0, 2)


def test_a_job_that_fell_fails_if_nobody_does(answer: Answer) -> None:
    told = answer(job_fell, None)
    assert _work("fall")[0] == states.FAILURE
    assert isinstance(told[0]["error"], ValueError)


def test_what_is_shown_of_a_message_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda _self, *_args, **told: sent.append(told)
    )
    _toil().apply_async(["x"], {"api_key": "hunter2"})
    _toil().apply_async(["x", "hunter2"])
    _toil().apply_async(["x"])
    assert "hunter2" not in repr(sent)
    assert ["argsrepr" in told for told in sent] == [True, True, False]


def test_a_secret_is_sealed_on_its_way_and_open_for_the_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda _self, *args, **_told: sent.append(args[:2])
    )
    _toil().apply_async(["x"], {"api_key": "hunter2"})
    _toil().apply_async(["x", "hunter2"])
    assert "hunter2" not in repr(sent)
    for args, kwargs in sent.copy():
        _toil().apply_async(args, kwargs)
    assert sent[2:] == sent[:2]  # what is sent again is not sealed twice
    monkeypatch.undo()
    toiled.clear()
    _work(*sent[0][0], **sent[0][1])
    _work(*sent[1][0])
    assert toiled == [("x", "hunter2"), ("x", "hunter2")]


def test_a_run_whose_secret_does_not_open_fails_and_says_what_to_do() -> None:
    state, error = _work("x", api_key={SEAL: "gAAAA"})
    assert state == states.FAILURE
    assert "Enter it anew" in str(error)


def test_only_our_headers_go_with_a_message_that_is_sent_again() -> None:
    task = _toil()
    task.push_request(id="one", atrium_a=1, other=2, headers={"atrium_b": 3, "x": 4})
    assert carried(task.request) == {"atrium_a": 1, "atrium_b": 3}
    task.pop_request()
