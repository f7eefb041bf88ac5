"""How jobs are declared, started by services that do not know them, and tell how far they are."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from celery import Task, current_app, shared_task
from celery.signals import task_postrun, task_prerun
from django.db import transaction
from django.dispatch import Signal
from django.utils.functional import Promise

from apps.core.context import RequestContext, current_context, enter_context, leave_context

HEADER = "atrium_context"

QUICK, SLOW, SCHEDULED = "quick", "slow", "scheduled"
"""The queues: what somebody waits for, what takes minutes, what the schedules ask for."""

job_reported = Signal()
"""A running job tells how far it is: `task_id`, `percent` (0-100) and `text`.

A receiver that answers `CANCEL` ends the job.
"""

CANCEL = "cancel"


class JobCancelled(Exception):  # noqa: N818 - an order, not an error
    """Raised inside a job whose end was asked for; let it pass."""


class Job(Task[Any, Any]):
    """A task that people may schedule and start.

    Attributes:
        label: What people call it.
        lane: The queue that it waits in, `QUICK`, `SLOW` or `SCHEDULED`.
        is_repeatable: Whether it may run again when it is not known how far it came.
        is_quiet: Whether only its failures are worth a row; for what runs every few seconds.
    """

    abstract = True
    label: str | Promise = ""
    lane: str = QUICK  # Celery wants no `queue` here; its routes read this
    is_repeatable: bool = False
    is_quiet: bool = False


def job(
    *,
    label: str | Promise,
    queue: str = QUICK,
    is_repeatable: bool = False,
    is_quiet: bool = False,
    **options: Any,
) -> Callable[[Callable[..., Any]], Job]:
    """Declare a function of a `tasks.py` as a job.

    Only what is declared so can be scheduled or started by people; its type hints say which
    arguments it takes, its docstring what it does.

    Args:
        label: What people call it.
        queue: `QUICK`, `SLOW` or `SCHEDULED`.
        is_repeatable: Whether running it twice does no harm. One that does harm is reported when
            its worker dies, and not run again.
        is_quiet: Whether only its failures leave a row.
        options: Further options of Celery's tasks: `max_retries`, `time_limit` (seconds) and such.
    """
    declared: Mapping[str, Any] = {
        "base": Job,
        "label": label,
        "lane": queue,
        "is_repeatable": is_repeatable,
        "is_quiet": is_quiet,
        **options,
    }

    def declare(function: Callable[..., Any]) -> Job:
        made: Job = shared_task(**declared)(function)
        return made

    return declare


def progress(percent: float, text: str = "") -> None:
    """Tell how far the job at hand is; without a job around it, nothing happens.

    Args:
        percent: 0 to 100.
        text: What it is doing, for people.

    Raises:
        JobCancelled: Somebody asked for the end of the job.
    """
    running = current_app.current_task
    if running is None or running.request.id is None:
        return
    told = job_reported.send(
        sender=Job, task_id=running.request.id, percent=min(100.0, max(0.0, percent)), text=text
    )
    if any(answer == CANCEL for _receiver, answer in told):
        raise JobCancelled


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
