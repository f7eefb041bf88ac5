"""What a worker tells of itself when it is asked."""

from datetime import UTC, datetime
from typing import Any

from celery.worker import state
from celery.worker.control import inspect_command

from apps.scheduling.selectors.workers import DESCRIBE


def described(controller: Any) -> dict[str, Any]:
    """Return what `apps.scheduling.selectors.workers.WorkerInfo` is made of.

    Args:
        controller: Celery's object of the worker.
    """
    consumer = getattr(controller.consumer, "task_consumer", None)
    started: datetime = controller.startup_time
    return {
        "queues": sorted(queue.name for queue in consumer.queues) if consumer else [],
        "pool_size": controller.concurrency,
        "running": len(state.active_requests),
        "processed": sum(state.total_count.values()),
        "since": started.astimezone(UTC).isoformat(),
        "is_stopping": state.should_stop is not None,
    }


@inspect_command(name=DESCRIBE)
def describe(panel: Any) -> dict[str, Any]:
    """Answer with what this worker is doing."""
    return described(panel.consumer.controller)
