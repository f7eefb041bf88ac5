import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import worker_shutdown
from redis.exceptions import ConnectionError as RedisConnectionError

from config.holding import SIGN_SECONDS, Farewell, Holding, hold
from config.queues import VISIBILITY_SECONDS


class Client:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, float], bool]] = []
        self.is_away = False

    def zadd(self, key: str, scores: dict[str, float], *, xx: bool) -> None:
        if self.is_away:
            raise RedisConnectionError
        self.told.append((key, scores, xx))


class Timer:
    """Keeps what it is to call."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.is_cancelled = False

    def call_repeatedly(self, seconds: float, function: Any, args: Any) -> "Timer":
        self.calls.append((seconds, function, args))
        return self

    def cancel(self) -> None:
        self.is_cancelled = True


@pytest.fixture
def client() -> Client:
    return Client()


def _consumer(client: Client, *, tags: Any = (), driver: str = "redis") -> Any:
    @contextmanager
    def acquire() -> Iterator[Client]:
        yield client

    channel = SimpleNamespace(conn_or_acquire=acquire)
    channel.qos = SimpleNamespace(
        channel=channel, _delivered=dict.fromkeys(tags), unacked_index_key="unacked_index"
    )
    return SimpleNamespace(
        task_consumer=SimpleNamespace(channel=channel),
        timer=Timer(),
        connection=SimpleNamespace(transport=SimpleNamespace(driver_type=driver)),
    )


def test_what_a_worker_holds_is_moved_on_and_nothing_is_put_back(client: Client) -> None:
    before = time.time()
    hold(_consumer(client, tags=["a", "b"]))
    ((key, scores, is_there_alone),) = client.told
    assert (key, set(scores), is_there_alone) == ("unacked_index", {"a", "b"}, True)
    assert all(before <= moment <= time.time() for moment in scores.values())


def test_a_worker_that_holds_nothing_says_nothing(client: Client) -> None:
    hold(_consumer(client))
    assert client.told == []


def test_a_redis_that_is_away_is_told_and_no_end(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.is_away = True
    hold(_consumer(client, tags=["a"]))
    assert "no sign of life could be given for 1 message(s)" in caplog.text


def test_signs_come_often_enough_on_redis_and_end_with_the_connection(client: Client) -> None:
    consumer = _consumer(client)
    step = Holding(consumer)
    step.start(consumer)
    assert consumer.timer.calls == [(SIGN_SECONDS, hold, (consumer,))]
    assert SIGN_SECONDS * 3 < VISIBILITY_SECONDS
    step.stop(consumer)
    step.stop(consumer)
    assert consumer.timer.is_cancelled


def test_no_other_broker_needs_them(client: Client) -> None:
    consumer = _consumer(client, driver="amqp")
    Holding(consumer).start(consumer)
    assert consumer.timer.calls == []


def test_a_worker_that_cuts_jobs_short_tells_of_its_end() -> None:
    told: list[Any] = []

    def note(sender: Any, **_kwargs: Any) -> None:
        told.append(sender)

    class Worker:
        steps: list[Any] = []

    worker = Worker()
    worker_shutdown.connect(note)
    Farewell(worker).terminate(worker)
    worker_shutdown.disconnect(note)
    assert told == [worker]
