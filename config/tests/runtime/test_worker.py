import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from celery import Celery, Task, _state
from celery.worker import state

from apps.scheduling import receivers
from apps.scheduling.selectors.workers import here
from config import transport
from config.runtime.worker import EmbeddedWorker
from config.transport import Channel

F = TypeVar("F", bound=Callable[..., Any])
meeting = threading.Barrier(2, timeout=5)
running, may_end = threading.Event(), threading.Event()


def _define_jobs(app: Any) -> None:
    def job(name: str, **options: Any) -> Callable[[F], F]:
        task: Callable[[F], F] = app.task(name=name, shared=False, **options)
        return task

    @job("double")
    def double(number: int) -> int:
        return number * 2

    @job("stubborn", bind=True, max_retries=2)
    def stubborn(self: Task[Any, Any]) -> int:
        if self.request.retries < 2:
            raise self.retry(countdown=0.01)
        return self.request.retries

    @job("meet")
    def meet() -> int:
        return meeting.wait() >= 0

    @job("drag")
    def drag() -> None:
        running.set()
        may_end.wait(10)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)  # a Celery without Django
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery prefers it to what it is given
    transport.register()
    Channel.queues.clear()
    made = Celery(
        "worker-test",
        broker="embedded://localhost//",
        backend="cache+memory://",
        set_as_current=False,
        fixups=[],
    )
    made.conf.worker_prefetch_multiplier = 1
    made.conf.task_acks_late = True
    _define_jobs(made)
    monkeypatch.setattr(_state, "default_app", made)  # the one of the pool's threads
    receivers.disconnect()  # no rows are kept of these jobs
    yield made
    receivers.connect()
    state.should_stop = state.should_terminate = None
    made.close()


@pytest.fixture
def deaths() -> list[str]:
    return []


@pytest.fixture
def worker(app: Any, deaths: list[str]) -> Iterator[EmbeddedWorker]:
    made = EmbeddedWorker(app, threads=2, on_death=lambda: deaths.append("died"))
    assert made.start()
    yield made
    made.ask_to_stop()
    made.join(5)


def test_a_job_is_done_at_once_and_anybody_may_wait_for_it(
    app: Any, worker: EmbeddedWorker
) -> None:
    started = time.monotonic()
    assert app.send_task("double", [21]).get(timeout=5) == 42
    assert time.monotonic() - started < 2


def test_a_job_that_fails_is_tried_again(app: Any, worker: EmbeddedWorker) -> None:
    assert app.send_task("stubborn").get(timeout=10) == 2


def test_the_worker_tells_of_itself_and_of_its_queues(app: Any, worker: EmbeddedWorker) -> None:
    assert here.worker is not None
    assert here.depth is not None
    name, told = here.worker()
    assert name.startswith("embedded@")
    assert (told["pool_size"], told["queues"]) == (2, ["celery"])
    assert here.depth("nowhere") == 0
    worker.ask_to_stop()
    assert worker.join(5)
    assert here.worker is None


def test_jobs_run_beside_each_other(app: Any, worker: EmbeddedWorker) -> None:
    results = [app.send_task("meet") for _ in range(2)]
    assert all(result.get(timeout=5) for result in results)


def test_an_idle_worker_stops_at_once_and_that_is_no_death(
    worker: EmbeddedWorker, deaths: list[str]
) -> None:
    started = time.monotonic()
    worker.ask_to_stop()
    assert worker.join(5)
    assert time.monotonic() - started < 2
    assert deaths == []


def test_a_job_that_takes_too_long_is_left_behind_and_told(
    app: Any, worker: EmbeddedWorker, caplog: pytest.LogCaptureFixture
) -> None:
    app.send_task("drag")
    assert running.wait(5)
    worker.ask_to_stop()
    assert not worker.join(0.3)
    assert "still running are left to the next start" in caplog.text
    may_end.set()
    assert worker.join(5)


def test_a_worker_that_ends_by_itself_is_reported(app: Any, deaths: list[str]) -> None:
    worker = EmbeddedWorker(app, threads=1, on_death=lambda: deaths.append("died"))
    worker._run(SimpleNamespace(start=lambda: None))
    assert deaths == ["died"]


def test_a_worker_that_is_stopped_before_it_starts_has_nothing_to_wait_for(app: Any) -> None:
    worker = EmbeddedWorker(app, threads=1, on_death=lambda: None)
    worker.ask_to_stop()
    assert worker.join(1)
