from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from celery.worker.control import Panel

from apps.scheduling.selectors.workers import DESCRIBE
from config.panel import described

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)


def _controller(**consumer: Any) -> Any:
    return SimpleNamespace(consumer=SimpleNamespace(**consumer), concurrency=4, startup_time=BEGAN)


@pytest.fixture(autouse=True)
def _state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "active_requests", {"one"})
    monkeypatch.setattr(state, "total_count", {"a": 2, "b": 3})


def test_a_worker_tells_what_it_is_at() -> None:
    queues = [SimpleNamespace(name="slow"), SimpleNamespace(name="quick")]
    controller = _controller(task_consumer=SimpleNamespace(queues=queues))
    controller.consumer.controller = controller
    told = Panel.data[DESCRIBE](controller)
    assert told == {
        "queues": ["quick", "slow"],
        "pool_size": 4,
        "running": 1,
        "processed": 5,
        "since": BEGAN.isoformat(),
        "is_stopping": False,
    }


def test_one_that_has_no_connection_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "should_stop", 0)
    told = described(_controller())
    assert told["queues"] == []
    assert told["is_stopping"]
