"""Who works on the jobs, and how much waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.utils import timezone

from apps.core.jobs import QUICK, SCHEDULED, SLOW

NAMES = (QUICK, SLOW, SCHEDULED)
WAIT_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class WorkerInfo:
    """A worker that answers."""

    name: str
    state: str
    queues: tuple[str, ...]
    pool_size: int
    running: int
    processed: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """How many jobs wait in a queue."""

    name: str
    depth: int


def workers() -> list[WorkerInfo]:
    """Return the workers that answer at once, by name."""
    asked = current_app.control.inspect(timeout=WAIT_SECONDS)
    stats = asked.stats() or {}
    active, queues = (asked.active() or {}, asked.active_queues() or {}) if stats else ({}, {})
    return [
        _info(name, told, active.get(name, ()), queues.get(name, ()))
        for name, told in sorted(stats.items())
    ]


def queue_depths() -> list[QueueDepth]:
    """Return how many jobs wait in each queue."""
    with current_app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        return [QueueDepth(name=name, depth=_size(channel, name)) for name in NAMES]


def _size(channel: Any, name: str) -> int:
    try:
        return int(channel.queue_declare(queue=name, passive=True).message_count)
    except _connection_errors():
        return 0


def _connection_errors() -> tuple[type[BaseException], ...]:
    with current_app.connection_for_read() as connection:
        found: tuple[type[BaseException], ...] = connection.channel_errors
        return found


def _info(name: str, told: Any, active: Any, queues: Any) -> WorkerInfo:
    pool = told.get("pool") or {}
    since = timezone.now() - timedelta(seconds=told.get("uptime") or 0)
    return WorkerInfo(
        name=name,
        state="online",
        queues=tuple(queue["name"] for queue in queues),
        pool_size=pool.get("max-concurrency") or 1,
        running=len(active),
        processed=sum((told.get("total") or {}).values()),
        since=since,
    )
