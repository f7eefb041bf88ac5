"""Runs: written down as they are queued, begin, tell how far they are, and end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.core.context import current_context
from apps.core.errors import InvalidInputError
from apps.core.jobs import HEADER
from apps.scheduling.choices import RunState, Trigger
from apps.scheduling.constants import SCHEDULE_HEADER, TRIGGER_HEADER
from apps.scheduling.errors import JobUnknownError, RunOverError
from apps.scheduling.models import Run
from apps.scheduling.selectors.jobs import job_misfit, job_named


@transaction.atomic
def run_start(
    *,
    name: str,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    queue: str = "",
    schedule: PeriodicTask | None = None,
    trigger: Trigger = Trigger.PERSON,
) -> Run:
    """Queue a declared job once the transaction has committed; return its run.

    Args:
        name: Full name of the job.
        args: JSON values.
        kwargs: JSON values.
        queue: Another queue than the job's own.
        schedule: The schedule that it is started for.
        trigger: What starts it.

    Raises:
        JobUnknownError: No such job is declared.
        InvalidInputError: The job does not take these arguments; names `args` or `kwargs`.
    """
    kwargs = dict(kwargs or {})
    info = job_named(name)
    if info is None:
        raise JobUnknownError(name=name)
    if fault := job_misfit(name, args, kwargs):
        raise InvalidInputError(*fault)
    context = current_context()
    run = Run.objects.create(
        task_id=str(uuid.uuid4()),
        name=name,
        schedule=schedule,
        schedule_name=schedule.name if schedule else "",
        trigger=trigger,
        actor_id=context.user_id if context else None,
        request_id=context.request_id if context else "",
        queue=queue or info.queue,
        args=list(args),
        kwargs=kwargs,
        queued_at=timezone.now(),
    )
    transaction.on_commit(lambda: _send(run))
    return run


@transaction.atomic
def run_cancel(*, run: Run) -> Run:
    """Ask for the end of a run: one that waits does not begin, one that runs is told.

    Raises:
        RunOverError: It has ended.
    """
    run = Run.objects.select_for_update().get(pk=run.pk)
    if not run.is_live:
        raise RunOverError
    run.cancel_asked_at = timezone.now()
    if run.state != RunState.RUNNING:
        run.state, run.ended_at = RunState.CANCELLED, run.cancel_asked_at
    run.save()
    transaction.on_commit(lambda: current_app.control.revoke(run.task_id))
    return run


def _send(run: Run) -> None:
    context = current_context()
    headers: dict[str, Any] = {TRIGGER_HEADER: run.trigger}
    if run.schedule_id is not None:
        headers[SCHEDULE_HEADER] = run.schedule_id
    if context is not None:
        headers[HEADER] = {
            "request_id": context.request_id,
            "user_id": context.user_id,
            "username": context.username,
        }
    current_app.tasks[run.name].apply_async(
        args=run.args, kwargs=run.kwargs, task_id=run.task_id, queue=run.queue, headers=headers
    )
