import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery, current_app
from kombu import Connection, Consumer, Queue

from apps.core.jobs import QUICK, SLOW
from apps.scheduling import receivers
from config import celery as module
from config.celery import app, collect_schedules, publish
from config.transport import Channel

QUEUE = QUICK


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Return a connection to the broker inside the process, with nothing in its queue."""
    monkeypatch.setattr(app.conf, "broker_url", "embedded://localhost//")
    monkeypatch.setattr(app.conf, "broker_write_url", "embedded://localhost//")
    # What was pooled for the broker of the settings is of no use here.
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    receivers.disconnect()
    Channel.queues.pop(QUEUE, None)
    with Connection("embedded://localhost//") as made:
        yield made
    Channel.queues.pop(QUEUE, None)
    receivers.connect()


def test_a_job_is_queued_again_as_it_was(broker: Any) -> None:
    got: list[tuple[Any, Any]] = []
    headers = {"id": "one", "task": "apps.x.tasks.y", "retries": 2, "eta": None}
    body = ([1], {"a": 2}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None})
    publish({"name": "apps.x.tasks.y", "headers": headers, "body": list(body)})
    consumer = Consumer(
        broker.channel(), Queue(QUEUE), callbacks=[lambda b, m: got.append((b, m))], no_ack=True
    )
    with consumer:
        broker.drain_events(timeout=2)
    ((received, message),) = got
    assert received == [[1], {"a": 2}, body[2]]
    assert message.headers["id"] == message.properties["correlation_id"] == "one"
    assert message.headers["retries"] == 2


@pytest.mark.parametrize(
    ("kept", "queue"), [("slow", SLOW), ("", QUICK), ("gone", QUICK), (None, QUICK)]
)
def test_a_job_waits_again_where_it_waited(broker: Any, kept: str | None, queue: str) -> None:
    before = Channel.depth(queue)
    body: tuple[Any, ...] = (
        [],
        {},
        {"callbacks": None, "errbacks": None, "chain": None, "chord": None},
    )
    headers = {"id": "one", "task": "apps.x.tasks.y"}
    message = {"name": "apps.x.tasks.y", "headers": headers, "body": list(body)}
    publish(message if kept is None else message | {"queue": kept})
    assert Channel.depth(queue) == before + 1
    Channel.queues.pop(queue, None)


def test_the_schedules_of_every_app_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    schedules = {"sweep": {"task": "apps.x.tasks.sweep", "schedule": timedelta(hours=1)}}

    class Module:
        SCHEDULES = schedules

    def has(package: Any, name: str) -> bool:
        return package.__name__ == "apps.core" and name == "schedules"

    monkeypatch.setattr("django.utils.module_loading.module_has_submodule", has)
    monkeypatch.setattr(module, "import_module", lambda _name: Module)
    other = Celery("other", set_as_current=False)
    collect_schedules(other)
    assert other.conf.beat_schedule == schedules
    assert module.declared_schedules() == {"core": schedules}


def test_every_scheduled_task_exists() -> None:
    app.finalize()
    app.loader.import_default_modules()
    collect_schedules(app)
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert names <= set(app.tasks)


def test_every_thread_uses_our_application() -> None:
    seen: list[Any] = []
    thread = threading.Thread(target=lambda: seen.append(current_app.main))
    thread.start()
    thread.join()
    assert seen == ["atrium"]
