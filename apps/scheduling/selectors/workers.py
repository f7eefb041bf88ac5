"""Who does the jobs, and how many wait.

Workers of their own are asked over the broker. The worker inside the one process cannot be asked
so; it and its queues are named to `here` by whoever starts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from celery import current_app
from kombu import Connection
from kombu.exceptions import KombuError

ASK_SECONDS = 1.0
"""How long workers have for an answer; all of it passes, since nobody knows how many there are."""

CONNECT_SECONDS = 2.0
DESCRIBE = "atrium_describe"
"""The question that our workers know."""

EMBEDDED = "embedded:"


class WorkerState(StrEnum):
    """What a worker is at."""

    IDLE = "idle"
    WORKING = "working"
    STOPPING = "stopping"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class WorkerInfo:
    """A worker that answered.

    Attributes:
        queues: Names of the queues that it reads.
        pool_size: Jobs that it runs at once; 0 where it does not say.
        running: Jobs that it has in hand.
        processed: Jobs that it took up since it began.
        since: When it began.
    """

    name: str
    state: WorkerState = WorkerState.UNKNOWN
    queues: tuple[str, ...] = ()
    pool_size: int = 0
    running: int = 0
    processed: int = 0
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """A queue.

    Attributes:
        depth: Messages that wait, without those that a worker holds; None where the broker does
            not say.
    """

    name: str
    depth: int | None


@dataclass
class Here:
    """The worker inside this process, if there is one.

    Attributes:
        worker: Returns its name and what it tells of itself.
        depth: Returns how many messages wait in a queue.
    """

    worker: Callable[[], tuple[str, Mapping[str, Any]]] | None = None
    depth: Callable[[str], int] | None = field(default=None)


here = Here()


def workers() -> list[WorkerInfo]:
    """Return the workers that answer, by name; none where the broker is away."""
    if _is_embedded():
        return [_info(*here.worker())] if here.worker else []
    return sorted((_info(*told) for told in _asked(DESCRIBE)), key=lambda info: info.name)


def ping() -> list[str]:
    """Return the names of the workers that answer within a second."""
    if _is_embedded():
        return [here.worker()[0]] if here.worker else []
    return sorted(name for name, _answer in _asked("ping"))


def queue_depths() -> list[QueueDepth]:
    """Return how many messages wait in each queue."""
    names = list(current_app.amqp.queues)
    if _is_embedded():
        return [
            QueueDepth(name=name, depth=here.depth(name) if here.depth else None) for name in names
        ]
    try:
        with _connection() as connection:
            return [QueueDepth(name=name, depth=_depth(connection, name)) for name in names]
    except (OSError, KombuError):
        return [QueueDepth(name=name, depth=None) for name in names]


def _is_embedded() -> bool:
    return str(current_app.conf.broker_read_url).startswith(EMBEDDED)


@contextmanager
def _connection() -> Iterator[Connection]:
    """Return a connection of our own, which gives up soon instead of trying again and again.

    Raises:
        OSError: The broker does not answer, whatever its library calls that.
    """
    options = {**current_app.conf.broker_transport_options, "max_retries": 0}
    if str(current_app.conf.broker_read_url).startswith("redis"):
        options |= {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": CONNECT_SECONDS}
    made = current_app.connection_for_read(
        connect_timeout=CONNECT_SECONDS, transport_options=options
    )
    try:
        # Not connect(), which sleeps for two seconds before its second and last try.
        made.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
        yield made
    except made.connection_errors as error:
        raise ConnectionError(str(error)) from error
    finally:
        made.release()


def _asked(question: str) -> list[tuple[str, Any]]:
    try:
        with _connection() as connection:
            told = current_app.control.broadcast(
                question, reply=True, timeout=ASK_SECONDS, connection=connection
            )
    except (OSError, KombuError):
        return []
    return [pair for answer in told or [] for pair in answer.items()]


def _info(name: str, told: Mapping[str, Any]) -> WorkerInfo:
    if "queues" not in told:  # of another make: it knows the question not, but it is there
        return WorkerInfo(name=name)
    state = WorkerState.WORKING if told["running"] else WorkerState.IDLE
    return WorkerInfo(
        name=name,
        state=WorkerState.STOPPING if told["is_stopping"] else state,
        queues=tuple(told["queues"]),
        pool_size=told["pool_size"],
        running=told["running"],
        processed=told["processed"],
        since=datetime.fromisoformat(told["since"]),
    )


def _depth(connection: Connection, name: str) -> int | None:
    channel: Any = connection.channel()  # a new one: RabbitMQ closes that of a question that fails
    try:
        found = channel.queue_declare(queue=name, passive=True)
    except connection.channel_errors:  # nobody has made the queue yet
        return 0
    finally:
        if getattr(channel, "is_open", True):
            channel.close()
    return int(found.message_count)
