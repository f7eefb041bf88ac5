from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app

from apps.scheduling.selectors import workers as module
from apps.scheduling.selectors.workers import (
    DESCRIBE,
    QueueDepth,
    WorkerInfo,
    WorkerState,
    here,
    ping,
    queue_depths,
    workers,
)

TOLD = {
    "queues": ["quick"],
    "pool_size": 4,
    "running": 1,
    "processed": 7,
    "since": "2026-05-01T00:00:00+00:00",
    "is_stopping": False,
}
ONE = WorkerInfo(
    name="one",
    state=WorkerState.WORKING,
    queues=("quick",),
    pool_size=4,
    running=1,
    processed=7,
    since=datetime(2026, 5, 1, tzinfo=UTC),
)
AWAY = "amqp://guest:guest@127.0.0.1:9//"
REDIS_AWAY = "redis://127.0.0.1:9/0"


@pytest.fixture(autouse=True)
def _nobody_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "worker", None)
    monkeypatch.setattr(here, "depth", None)
    _use(monkeypatch, "embedded://localhost//")


def _use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CELERY_BROKER_READ_URL", url)  # which Celery prefers to its settings


def _answers(monkeypatch: pytest.MonkeyPatch, **by_question: Any) -> None:
    @contextmanager
    def connection() -> Iterator[None]:
        yield None

    _use(monkeypatch, AWAY)
    monkeypatch.setattr(module, "_connection", connection)
    monkeypatch.setattr(
        current_app.control, "broadcast", lambda question, **_rest: by_question[question]
    )


def test_the_worker_inside_the_process_tells_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workers() == []
    assert ping() == []
    monkeypatch.setattr(here, "worker", lambda: ("one", TOLD))
    assert workers() == [ONE]
    assert ping() == ["one"]


def test_the_queues_inside_the_process_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {queue.depth for queue in queue_depths()} == {None}
    monkeypatch.setattr(here, "depth", len)
    assert QueueDepth(name="quick", depth=5) in queue_depths()


def test_workers_that_answer_are_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = {**TOLD, "running": 0}
    stopping = {**TOLD, "is_stopping": True}
    strange = {"error": "no such question"}
    answer = [{"two": idle}, {"one": TOLD}, {"three": stopping}, {"four": strange}]
    _answers(monkeypatch, **{DESCRIBE: answer, "ping": [{"two": {}}, {"one": {}}]})
    found = workers()
    assert [(info.name, info.state) for info in found] == [
        ("four", WorkerState.UNKNOWN),
        ("one", WorkerState.WORKING),
        ("three", WorkerState.STOPPING),
        ("two", WorkerState.IDLE),
    ]
    assert found[1] == ONE
    assert ping() == ["one", "two"]


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, **{DESCRIBE: None, "ping": []})
    assert workers() == []
    assert ping() == []


@pytest.mark.parametrize("url", [AWAY, REDIS_AWAY])
def test_a_broker_that_is_away_breaks_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, url)
    assert workers() == []
    assert ping() == []
    assert {queue.depth for queue in queue_depths()} == {None}


def test_the_broker_says_how_many_wait_and_a_queue_that_is_not_there_is_empty() -> None:
    class Gone(Exception):  # noqa: N818 - what the broker's library calls it
        pass

    class Channel:
        is_open = True

        def queue_declare(self, *, queue: str, passive: bool) -> Any:
            assert passive
            if queue == "gone":
                raise Gone
            return SimpleNamespace(message_count=3)

        def close(self) -> None:
            self.is_open = False

    connection: Any = SimpleNamespace(channel=Channel, channel_errors=(Gone,))
    assert module._depth(connection, "quick") == 3
    assert module._depth(connection, "gone") == 0
