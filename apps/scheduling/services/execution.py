"""What becomes of a job's message: its run is queued, begins, tells how far it is, and ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import billiard
from celery import states
from django.db import Error, connections
from django.utils import timezone

from apps.core.jobs import Job, JobCancelled, Refusal, carried
from apps.core.masking import storable
from apps.scheduling.choices import LIVE_STATES, RunState, Trigger, Why
from apps.scheduling.constants import (
    DEAD_SECONDS,
    GRACE_SECONDS,
    LEASE_SECONDS,
    MAX_DEATHS,
    TRIGGER_HEADER,
    UNTIL_HEADER,
)
from apps.scheduling.errors import JobOustedError, JobOvertimeError
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.services.endings import (
    run_close,
    run_lose,
)
from apps.scheduling.services.leases import lease_drop, lease_take
from apps.scheduling.services.pulse import Live, live_flush, pulse, run_tell
from apps.scheduling.services.reaping import is_embedded
from apps.scheduling.services.records import (
    begun_values,
    lease_name,
    leaves_row,
    moment_of,
    quiet_row,
    row_of,
    schedule_of,
)

log = logging.getLogger(__name__)
BUSY_SECONDS = 5.0
"""How long a message waits when the database could not answer."""


def policy_options(policy: SchedulePolicy | None) -> dict[str, Any]:
    """Return the options with which a message of a schedule is sent: its time limits."""
    if policy is None or not policy.limit_seconds:
        return {}
    limit = policy.limit_seconds
    return {"soft_time_limit": limit, "time_limit": limit + GRACE_SECONDS}


def run_queued(
    *,
    task: Job,
    headers: Mapping[str, Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    queue: str,
) -> Run | None:
    """Write down that a message of a job is queued; None where it leaves no row."""
    if not leaves_row(task, headers):
        return None
    run, is_new = row_of(
        task=task,
        task_id=headers["id"],
        headers=headers,
        arguments=(args, kwargs),
        queue=queue,
    )
    if is_new:
        run_tell(run, state=run.state, percent=0.0, text="")
    live = pulse.get(run.task_id)
    if live is not None and (headers.get("retries") or 0) > live.retries:
        # Before the message leaves: the next try may begin before this one has told its end.
        mine = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, attempt=live.attempt)
        mine.update(state=RunState.RETRYING, seen_at=timezone.now())
    return run


def run_begin(*, task: Job) -> Refusal | None:
    """Let the job at hand begin, or say why it must not.

    It must not if it was cancelled, has ended, runs elsewhere, may not be repeated, or if another
    run of its schedule is not over.
    """
    request = task.request
    headers = carried(request)
    if request.is_eager and TRIGGER_HEADER not in headers:
        return None  # a service calls it in its own thread and is told all there is to tell
    live = Live(
        task_id=str(request.id),
        name=str(task.name),
        retries=request.retries or 0,
        is_direct=bool(request.is_eager),
        is_forked=billiard.current_process().name.startswith("ForkPool"),
        ends_at=_ends_at(task),
    )
    try:
        refusal = _enter(task, headers, live)
    except Error:
        if request.is_eager:
            raise
        log.warning("%s cannot begin: the database does not answer", live.task_id, exc_info=True)
        connections.close_all()
        return Refusal(again_in=BUSY_SECONDS)
    if refusal is None:
        vars(request)["live"] = live
        pulse.add(live)
    return refusal


def run_report(*, task_id: str, percent: float, text: str) -> Exception | None:
    """Note how far a run is; answer with what it must end, if it must."""
    live = pulse.get(task_id)
    if live is None:
        return None
    live.percent, live.text = percent, storable(text, 255)
    live.is_told = False
    if live.is_direct:
        live_flush(live)
    else:
        pulse.wake()
    if live.is_cancelled:
        return JobCancelled()
    if live.is_ousted:
        return JobOustedError()
    return JobOvertimeError() if live.is_over else None


def _enter(task: Job, headers: Mapping[str, Any], live: Live) -> Refusal | None:
    request = task.request
    if not leaves_row(task, headers):
        return _enter_quietly(task, headers, live)
    run, _ = row_of(
        task=task,
        task_id=live.task_id,
        headers=headers,
        arguments=(request.args or (), request.kwargs or {}),
        queue=(request.delivery_info or {}).get("routing_key") or "",
    )
    live.schedule_id = run.schedule_id
    refusal = _check(task, run, headers)
    if refusal is not None:
        return refusal
    live.attempt = run.attempt + 1
    # The lease first: if the database fails between the two, the message that comes again is the
    # lease's holder still, and the row still says that it waits.
    if not _hold(live):
        # Those that make up for missed times are queued together, and come one by one; what has
        # begun once is not over.
        if run.trigger == Trigger.CATCH_UP or run.attempt:
            return _wait(run)
        run_close(run=run, state=RunState.SKIPPED)
        return Refusal()
    return _start(task, run, live)


def _enter_quietly(task: Job, headers: Mapping[str, Any], live: Live) -> Refusal | None:
    live.schedule_id = schedule_of(headers)
    if not task.is_repeatable and (task.request.delivery_info or {}).get("redelivered"):
        run_lose(run=quiet_row(task, headers, live), why=Why.WORKER_DIED)
        return Refusal(state=states.REVOKED)
    if _is_late(headers) or not _hold(live):
        return Refusal()
    return None


def _hold(live: Live) -> bool:
    """Take the lease of the schedule if its runs may not overlap; return whether it may begin."""
    live.policy = policy_of_schedule(live.schedule_id)
    if live.policy is None or live.policy.may_overlap:
        return True
    live.lease = lease_name(live.policy.schedule_id)
    return lease_take(
        name=live.lease, holder=live.holder, formerly=live.holder_before, longest=LEASE_SECONDS
    )


def _wait(run: Run) -> Refusal:
    """Let a message come again when the lease of its schedule may be free."""
    state = RunState.QUEUED if run.state == RunState.RUNNING else run.state
    same = Run.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt, seen_at=run.seen_at)
    same.update(state=state, seen_at=timezone.now())
    return Refusal(again_in=BUSY_SECONDS)


def _is_late(headers: Mapping[str, Any]) -> bool:
    until = moment_of(headers.get(UNTIL_HEADER))
    return until is not None and timezone.now() >= until


def _start(task: Job, run: Run, live: Live) -> Refusal | None:
    """Move a row to running, by one statement: of two who hold the same message, one alone does."""
    same = Run.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt)
    if run.state == RunState.RUNNING:  # taken for dead; it must not have moved since
        same = same.filter(seen_at=run.seen_at)
    values = begun_values(task, run)
    if not same.update(**values):
        return _overtaken(run, live)
    live.run_id, live.attempt = run.pk, values["attempt"]
    run_tell(live, state=RunState.RUNNING, percent=0.0, text="")
    return None


def _overtaken(run: Run, live: Live) -> Refusal:
    """Say what becomes of a message whose row was changed just now by somebody else."""
    if Run.objects.filter(pk=run.pk, state__in=LIVE_STATES).exists():
        return Refusal(again_in=DEAD_SECONDS)  # another has the same message, and the same lease
    if live.lease:
        lease_drop(name=live.lease, holder=live.holder)
    return Refusal(state=states.REVOKED)


def _check(task: Job, run: Run, headers: Mapping[str, Any]) -> Refusal | None:
    """Say why a message must not begin, by what its row tells of it."""
    if run.state == RunState.SUCCEEDED:  # done, but the worker died before it could say so
        return Refusal(state=states.SUCCESS)
    if not run.is_live:
        return Refusal(state=states.REVOKED)
    if not run.attempt and _is_late(headers):
        run_close(run=run, state=RunState.MISSED)
        return Refusal(state=states.REVOKED)
    if run.state == RunState.RUNNING and (refusal := _check_death(task, run)):
        return refusal
    # With the broker inside, a stop leaves jobs as a death does: there the outbox counts.
    if not is_embedded() and run.attempt - (task.request.retries or 0) >= MAX_DEATHS:
        run_lose(run=run, why=Why.WORKERS_DIED)
        return Refusal(state=states.REVOKED)
    return None


def _check_death(task: Job, run: Run) -> Refusal | None:
    """Let a message that came back begin anew once it is sure that nobody is at it."""
    silent = (timezone.now() - (run.seen_at or run.queued_at)).total_seconds()
    if silent < DEAD_SECONDS:
        return Refusal(again_in=DEAD_SECONDS - silent + 1)
    if run.cancel_asked_at is not None:
        run_close(run=run, state=RunState.CANCELLED)
    elif not task.is_repeatable:
        run_lose(run=run, why=Why.WORKER_DIED)
    else:
        return None
    return Refusal(state=states.REVOKED)


def _ends_at(task: Job) -> float | None:
    hard, soft = task.request.timelimit or (None, None)
    limits = (soft, hard, task.soft_time_limit, task.time_limit, task.app.conf.task_time_limit)
    limit = next((each for each in limits if each), None)
    return None if limit is None else time.monotonic() + float(limit)
