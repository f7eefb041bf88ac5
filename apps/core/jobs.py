"""How a service starts background work without knowing the task."""

from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction


def enqueue(task_name: str, /, **kwargs: Any) -> None:
    """Run a task once the current transaction has committed; at once if there is none.

    The task is named, not imported: tasks call services, so a service that imported tasks
    would close a circle.

    Args:
        task_name: Full name of a registered task: `apps.accounts.tasks.purge_sessions`.
        kwargs: JSON-serialisable arguments; send ids, never model instances.

    Raises:
        NotRegistered: No such task (raised now, not after the commit).
    """
    task = current_app.tasks[task_name]
    transaction.on_commit(partial(task.apply_async, kwargs=kwargs))
