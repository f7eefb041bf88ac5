"""What the workers carry at the moment, as the board of workers plots it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from apps.core.times import wire_time
from apps.scheduling.selectors.statistics import minutes_of
from apps.scheduling.selectors.workers import WorkerInfo, queue_depths, workers


def load_sample() -> dict[str, Any]:
    """Return workers, depths of queues, and what ended per minute, in JSON values."""
    found, depths, minutes = workers(), queue_depths(), minutes_of()
    last = minutes[-1]
    return {
        "clock": _clock(timezone.now(), "H:i:s"),
        "workers": [_worker(worker) for worker in found],
        "queues": {queue.name: queue.depth for queue in depths},
        "running": sum(worker.running for worker in found),
        "waiting": sum(queue.depth or 0 for queue in depths),
        "capacity": sum(worker.pool_size for worker in found),
        "online": len(found),
        "rates": {"good": last.good, "bad": last.bad, "other": last.other, "total": last.total},
        "minutes": [
            {
                "at": _clock(minute.at, "H:i"),
                "good": minute.good,
                "bad": minute.bad,
                "other": minute.other,
            }
            for minute in minutes
        ],
    }


def _worker(worker: WorkerInfo) -> dict[str, Any]:
    return {
        "name": worker.name,
        "state": str(worker.state),
        "queues": ", ".join(worker.queues),
        "pool_size": worker.pool_size,
        "running": worker.running,
        "processed": worker.processed,
        "since": wire_time(worker.since),
        "up": _length(timezone.now() - worker.since) if worker.since else "",
    }


def _clock(moment: datetime, pattern: str) -> str:
    return date_format(timezone.localtime(moment, timezone.get_default_timezone()), pattern)


def _length(length: timedelta) -> str:
    """Return a length in no language: one sample is for all who listen."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
