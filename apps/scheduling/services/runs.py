"""Runs: written down as they are queued, begin, tell how far they are, and end."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from kombu.exceptions import KombuError

from apps.core.context import current_context
from apps.core.errors import InvalidInputError
from apps.core.jobs import HEADER, Job
from apps.scheduling.choices import RunState, Trigger, Why
from apps.scheduling.constants import SCHEDULE_HEADER, TRIGGER_HEADER
from apps.scheduling.errors import JobUnknownError, JobUnsentError, RunOverError
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.selectors.jobs import JobInfo, job_misfit, job_named
from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.services.endings import run_close
from apps.scheduling.services.execution import policy_options
from apps.scheduling.services.leases import lease_drop
from apps.scheduling.services.pulse import run_tell
from apps.scheduling.services.records import lease_name, shown_arguments
from apps.scheduling.validators import SHAPES, arguments_text

log = logging.getLogger(__name__)


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
        InvalidInputError: These are no arguments, or the job does not take them; names `args` or
            `kwargs`.
        JobUnsentError: The broker does not take it. Raised by the commit; the run has failed then.
    """
    kwargs = dict(kwargs or {})
    info = _verified(name, args, kwargs)
    context = current_context()
    shown, named = shown_arguments(_job(name), args, kwargs)
    run = Run.objects.create(
        task_id=str(uuid.uuid4()),
        name=name,
        schedule=schedule,
        schedule_name=schedule.name if schedule else "",
        trigger=trigger,
        actor_id=context.user_id if context else None,
        request_id=context.request_id if context else "",
        queue=queue or info.queue,
        args=shown,
        kwargs=named,
        queued_at=timezone.now(),
    )
    run_tell(run, state=run.state, percent=0.0, text="")
    options = policy_options(policy_of_schedule(run.schedule_id))
    transaction.on_commit(lambda: _send(run, args, kwargs, options))
    return run


def _verified(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> JobInfo:
    """Return the job of this name once it is known to take the arguments."""
    info = job_named(name)
    if info is None:
        raise JobUnknownError(name=name)
    for column, value in zip(SHAPES, (list(args), dict(kwargs)), strict=True):
        arguments_text(column, value)
    if fault := job_misfit(name, args, kwargs):
        raise InvalidInputError(*fault)
    return info


@transaction.atomic
def run_cancel(*, run: Run) -> Run:
    """Ask for the end of a run: one that waits does not begin, one that runs is told.

    One that runs in a process of its own and does not end by itself soon is stopped.

    Raises:
        RunOverError: It has ended.
    """
    run = Run.objects.select_for_update().get(pk=run.pk)
    if not run.is_live:
        raise RunOverError
    now = timezone.now()
    Run.objects.filter(pk=run.pk, cancel_asked_at=None).update(cancel_asked_at=now)
    run.refresh_from_db()
    if run.state != RunState.RUNNING:
        run_close(run=run, state=RunState.CANCELLED)
        if run.schedule_id is not None:  # one that waits for its next try holds it all the while
            lease_drop(name=lease_name(run.schedule_id), holder=run.task_id)
        # For what runs, this would be to no end: it is not thrown away but told.
        transaction.on_commit(lambda: _revoke(run))
    return run


def _revoke(run: Run) -> None:
    """Tell the workers; what they do not hear of, they see in the row before it begins."""
    try:
        current_app.control.revoke(run.task_id)
    except (KombuError, OSError) as error:
        log.warning("the workers were not told that %s is cancelled: %s", run.task_id, error)


def _send(
    run: Run, args: Sequence[Any], kwargs: Mapping[str, Any], options: Mapping[str, Any]
) -> None:
    context = current_context()
    headers: dict[str, Any] = {TRIGGER_HEADER: str(run.trigger)}
    if run.schedule_id is not None:
        headers[SCHEDULE_HEADER] = run.schedule_id
    if context is not None:
        headers[HEADER] = {
            "request_id": context.request_id,
            "user_id": context.user_id,
            "username": context.username,
        }
    try:
        _job(run.name).apply_async(
            args=list(args),
            kwargs=dict(kwargs),
            task_id=run.task_id,
            queue=run.queue,
            headers=headers,
            **options,
        )
    except (KombuError, OSError) as error:
        log.warning("the broker does not take %s: %s", run.task_id, error)
        # Whoever starts it hears of it now, so nobody is told by way of the schedule.
        nobody, why = SchedulePolicy(), Why.UNSENT
        run_close(run=run, state=RunState.FAILED, policy=nobody, error=why)
        raise JobUnsentError from error


def _job(name: str) -> Job:
    task = current_app.tasks[name]
    if not isinstance(task, Job):
        raise JobUnknownError(name=name)
    return task
