from types import SimpleNamespace
from typing import Any

import pytest

from apps.scheduling.selectors.workers import queue_depths, workers


def _inspect(stats: Any) -> Any:
    return lambda **_options: SimpleNamespace(
        stats=lambda: stats,
        active=lambda: {"w1": [{}]},
        active_queues=lambda: {"w1": [{"name": "quick"}]},
    )


def test_workers_tell_of_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"w1": {"pool": {"max-concurrency": 4}, "uptime": 60, "total": {"a": 2, "b": 3}}}
    monkeypatch.setattr("celery.current_app.control.inspect", _inspect(told))
    (worker,) = workers()
    assert (worker.name, worker.queues, worker.pool_size) == ("w1", ("quick",), 4)
    assert (worker.running, worker.processed) == (1, 5)


def test_nobody_answers_where_nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("celery.current_app.control.inspect", _inspect(None))
    assert workers() == []


def test_every_queue_has_a_depth() -> None:
    assert {queue.name for queue in queue_depths()} == {"quick", "slow", "scheduled"}
