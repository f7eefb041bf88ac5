"""Follow the messages of jobs: a row for each run, and one for each job of the embedded broker."""

from collections.abc import Mapping, Sequence
from typing import Any

from celery import Task, current_app, states
from celery.signals import (
    before_task_publish,
    task_failure,
    task_postrun,
    task_prerun,
    task_revoked,
    task_unknown,
    worker_ready,
    worker_shutdown,
)

from apps.core.jobs import Job, Refusal, job_asked, job_fell, job_reported
from apps.scheduling.choices import Trigger
from apps.scheduling.constants import TRIGGER_HEADER
from apps.scheduling.services.execution import run_begin, run_queued, run_report
from apps.scheduling.services.lines import lines_follow
from apps.scheduling.services.outbox import job_begin, job_drop, job_keep, jobs_spare
from apps.scheduling.services.outcomes import (
    run_end,
    run_end_elsewhere,
    run_retry_seconds,
    run_revoked,
    run_unknown,
)
from apps.scheduling.services.pulse import pulse
from apps.scheduling.services.reaping import runs_spare
from apps.scheduling.services.records import leaves_row

UNFINISHED = frozenset({states.RETRY, states.REJECTED})
"""Ends of a run after which the job is queued again under the same id."""


def connect_runs() -> None:
    """Write down what becomes of each message of a declared job, from now on."""
    before_task_publish.connect(queued, dispatch_uid="runs.queued")
    job_asked.connect(asked, dispatch_uid="runs.asked")
    job_fell.connect(fell, dispatch_uid="runs.fell")
    job_reported.connect(reported, dispatch_uid="runs.reported")
    task_failure.connect(failed, dispatch_uid="runs.failed")
    task_postrun.connect(ended, dispatch_uid="runs.ended")
    task_revoked.connect(revoked, dispatch_uid="runs.revoked")
    task_unknown.connect(unknown, dispatch_uid="runs.unknown")
    worker_ready.connect(named, dispatch_uid="runs.named")
    worker_shutdown.connect(stopped, dispatch_uid="runs.stopped")


def queued(
    sender: str,
    headers: Mapping[str, Any],
    body: Sequence[Any],
    routing_key: str | None = None,
    **_kwargs: Any,
) -> None:
    """A message is sent."""
    task = current_app.tasks.get(sender)
    if isinstance(task, Job):
        run_queued(
            task=task, headers=headers, args=body[0], kwargs=body[1], queue=routing_key or task.lane
        )


def asked(task: Job, **_kwargs: Any) -> Refusal | None:
    """A worker has a message in hand."""
    lines_follow()
    return run_begin(task=task)


def fell(task: Job, error: Exception, **_kwargs: Any) -> float | None:
    """The job raised something."""
    return run_retry_seconds(task=task, error=error)


def reported(task_id: str, percent: float, text: str, **_kwargs: Any) -> Exception | None:
    """The job tells how far it is."""
    return run_report(task_id=task_id, percent=percent, text=text)


def ended(
    sender: Task[Any, Any], state: str | None = None, retval: Any = None, **_kwargs: Any
) -> None:
    """The job is done, in the process that ran it."""
    live = vars(sender.request).get("live")
    if isinstance(sender, Job) and live is not None:
        run_end(task=sender, live=live, state=state, value=retval)


def failed(sender: Task[Any, Any], task_id: str, exception: BaseException, **_kw: Any) -> None:
    """The job failed; if its process could not say so, its parent does."""
    if isinstance(sender, Job) and not sender.request.is_eager:
        run_end_elsewhere(task_id=task_id, error=exception)


def revoked(
    sender: Any,
    request: Any,
    terminated: bool = False,  # noqa: FBT001, FBT002 - Celery's signature
    expired: bool = False,  # noqa: FBT001, FBT002
    **_kwargs: Any,
) -> None:
    """A message was thrown away, or its run stopped from outside."""
    if isinstance(sender, Job):
        run_revoked(task_id=request.id, is_expired=expired and not terminated)


def unknown(id: str, **_kwargs: Any) -> None:  # noqa: A002 - Celery's name for it
    """A worker threw a message away because its code has no such job."""
    run_unknown(task_id=id)


def named(sender: Any, **_kwargs: Any) -> None:
    """The worker of this process is ready; jobs in its threads learn its name only from here."""
    pulse.node = sender.hostname


def stopped(sender: Any, **_kwargs: Any) -> None:
    """The worker of this process was told to end, and has."""
    runs_spare(worker=str(sender.hostname))


def connect() -> None:
    """Keep every job of the embedded broker from now on."""
    before_task_publish.connect(keep, dispatch_uid="outbox.keep")
    task_prerun.connect(begin, dispatch_uid="outbox.begin")
    task_postrun.connect(drop, dispatch_uid="outbox.drop")
    task_revoked.connect(drop_revoked, dispatch_uid="outbox.drop_revoked")
    task_failure.connect(drop_failed, dispatch_uid="outbox.drop_failed")


def disconnect() -> None:
    """Keep no job any more."""
    before_task_publish.disconnect(dispatch_uid="outbox.keep")
    task_prerun.disconnect(dispatch_uid="outbox.begin")
    task_postrun.disconnect(dispatch_uid="outbox.drop")
    task_revoked.disconnect(dispatch_uid="outbox.drop_revoked")
    task_failure.disconnect(dispatch_uid="outbox.drop_failed")


def keep(
    sender: str,
    headers: Mapping[str, Any],
    body: Sequence[Any],
    routing_key: str | None = None,
    **_kwargs: Any,
) -> None:
    """Keep a job until it has run; what leaves no row and comes again by itself is not worth it."""
    task = current_app.tasks.get(sender)
    has_row = isinstance(task, Job) and leaves_row(task, headers)
    if has_row or not _comes_again(headers):
        queue = routing_key or ""  # the key of each queue has its name
        job_keep(task_id=headers["id"], name=sender, headers=headers, body=body, queue=queue)


def _comes_again(headers: Mapping[str, Any]) -> bool:
    by_celery = "periodic_task_name" in headers or "celery_beat_task" in headers
    return by_celery or headers.get(TRIGGER_HEADER) in {Trigger.SCHEDULE, Trigger.CATCH_UP}


def begin(sender: Task[Any, Any], task_id: str, **_kwargs: Any) -> None:
    """Count the try."""
    if not sender.request.is_eager:
        job_begin(task_id=task_id)


def drop(sender: Task[Any, Any], task_id: str, state: str | None = None, **_kwargs: Any) -> None:
    """Forget a job that is done; one that comes again has not taken the process down."""
    if sender.request.is_eager:
        return
    if state in UNFINISHED or getattr(sender.request, "is_sent_again", False):
        jobs_spare(task_ids=[task_id])
    else:
        job_drop(task_id=task_id)


def drop_revoked(request: Any, **_kwargs: Any) -> None:
    """Forget a job that was taken back, or that came too late to be of use."""
    job_drop(task_id=request.id)


def drop_failed(task_id: str, **_kwargs: Any) -> None:
    """Forget a job that failed before it began; what has begun is forgotten at its end."""
    if pulse.get(task_id) is None:
        job_drop(task_id=task_id)
