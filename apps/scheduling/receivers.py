"""Keep a row for each job of the embedded broker; see `services.outbox`."""

from collections.abc import Mapping, Sequence
from typing import Any

from celery import Task, states
from celery.signals import before_task_publish, task_postrun, task_prerun, task_revoked

from apps.scheduling.services.outbox import job_begin, job_drop, job_keep

UNFINISHED = frozenset({states.RETRY, states.REJECTED})
"""Ends of a run after which the job is queued again under the same id."""


def connect() -> None:
    """Follow every job from now on."""
    before_task_publish.connect(keep, dispatch_uid="outbox.keep")
    task_prerun.connect(begin, dispatch_uid="outbox.begin")
    task_postrun.connect(drop, dispatch_uid="outbox.drop")
    task_revoked.connect(drop_revoked, dispatch_uid="outbox.drop_revoked")


def disconnect() -> None:
    """Follow no job any more."""
    before_task_publish.disconnect(dispatch_uid="outbox.keep")
    task_prerun.disconnect(dispatch_uid="outbox.begin")
    task_postrun.disconnect(dispatch_uid="outbox.drop")
    task_revoked.disconnect(dispatch_uid="outbox.drop_revoked")


def keep(sender: str, headers: Mapping[str, Any], body: Sequence[Any], **_kwargs: Any) -> None:
    """Keep a job that a person or a service queued; what the schedule queues, it queues again."""
    if "periodic_task_name" not in headers and "celery_beat_task" not in headers:
        job_keep(task_id=headers["id"], name=sender, headers=headers, body=body)


def begin(sender: Task[Any, Any], task_id: str, **_kwargs: Any) -> None:
    """Count the try."""
    if not sender.request.is_eager:
        job_begin(task_id=task_id)


def drop(sender: Task[Any, Any], task_id: str, state: str | None = None, **_kwargs: Any) -> None:
    """Forget a job that is done."""
    if not sender.request.is_eager and state not in UNFINISHED:
        job_drop(task_id=task_id)


def drop_revoked(request: Any, **_kwargs: Any) -> None:
    """Forget a job that was taken back, or that came too late to be of use."""
    job_drop(task_id=request.id)
