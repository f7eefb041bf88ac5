"""The queues that jobs wait in."""

from typing import Any

from kombu import Exchange, Queue

from apps.core.jobs import QUICK, SCHEDULED, SLOW, Job

NAMES = (QUICK, SLOW, SCHEDULED)


def queues() -> tuple[Queue, ...]:
    """Return every queue; each has an exchange of its own."""
    return tuple(Queue(name, Exchange(name, type="direct"), routing_key=name) for name in NAMES)


def route(*_message: Any, task: Any = None, **_options: Any) -> dict[str, str] | None:
    """Return where a message goes whose sender names no queue; Celery calls it for each one."""
    return {"queue": task.lane} if isinstance(task, Job) else None
