"""How a service starts background work without knowing the task."""

from functools import partial
from typing import Any

from celery import current_app
from celery.signals import task_postrun, task_prerun
from django.db import transaction

from apps.core.context import RequestContext, current_context, enter_context, leave_context

HEADER = "atrium_context"


def enqueue(task_name: str, /, **kwargs: Any) -> None:
    """Run a task once the current transaction has committed; at once if there is none.

    The task is named, not imported: tasks call services, so a service that imported tasks
    would close a circle. The task runs in the context of the request: who acts and the request id
    go with it.

    Args:
        task_name: Full name of a registered task: `apps.accounts.tasks.purge_sessions`.
        kwargs: JSON-serialisable arguments; send ids, never model instances.

    Raises:
        NotRegistered: No such task (raised now, not after the commit).
    """
    task = current_app.tasks[task_name]
    headers: dict[str, Any] = {HEADER: _context()}
    transaction.on_commit(partial(task.apply_async, kwargs=kwargs, headers=headers))


def _context() -> dict[str, Any]:
    context = current_context()
    if context is None:
        return {}
    return {
        "request_id": context.request_id,
        "user_id": context.user_id,
        "username": context.username,
    }


@task_prerun.connect(dispatch_uid="atrium.context")
def _enter(task: Any, **_kwargs: Any) -> None:
    told = (task.request.headers or {}).get(HEADER) or getattr(task.request, HEADER, None)
    if told:
        task.request.atrium_before = enter_context(RequestContext(**told))


@task_postrun.connect(dispatch_uid="atrium.context")
def _leave(task: Any, **_kwargs: Any) -> None:
    before = getattr(task.request, "atrium_before", None)
    if before is not None:
        leave_context(before)
