"""How the run at hand ended, as the worker learned it."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celery import states
from celery.exceptions import Ignore, Reject, Retry
from django.db import Error, connections
from django.utils import timezone

from apps.core.jobs import Job, carried
from apps.scheduling.choices import LIVE_STATES, RunState, Why
from apps.scheduling.constants import HOLD_SECONDS, RETRY_CAP_SECONDS
from apps.scheduling.errors import JobOustedError, JobOvertimeError
from apps.scheduling.models import Run
from apps.scheduling.services.endings import (
    NO_ERROR,
    error_values,
    result_text,
    run_close,
    run_lose,
)
from apps.scheduling.services.leases import lease_drop, lease_keep
from apps.scheduling.services.pulse import Live, live_flush, pulse, run_tell
from apps.scheduling.services.records import lease_name, quiet_row

log = logging.getLogger(__name__)
PAUSES = (0.0, 1.0, 5.0, 15.0, 30.0)
"""Seconds before each try to write down how a run ended."""

ended = threading.local()
"""`task_id`: the run whose end this thread has told of last."""


def run_retry_seconds(*, task: Job, error: Exception) -> float | None:
    """Return the seconds after which the job at hand is tried again; None if it is not.

    They double with each try, up to an hour, and vary by a tenth so that not all come at once.

    Raises:
        SystemExit: The worker stops; whatever the job raises then, it is not done.
    """
    # Loaded here: what it reads as it loads, `manage.py worker` has to set before.
    from billiard import common  # noqa: PLC0415

    if common.terminate_handler_fired():  # type: ignore[attr-defined] # older stubs
        raise SystemExit from error
    live = pulse.get(task.request.id)
    tries = task.request.retries or 0
    if live is None or live.policy is None or tries >= live.policy.retries:
        return None
    if live.is_cancelled or live.is_ousted:
        return None
    log.warning("try %d failed: %s", tries + 1, error)
    seconds = min(live.policy.retry_seconds * 2.0 ** min(tries, 20), RETRY_CAP_SECONDS)
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311 - no secret


def run_end(*, task: Job, live: Live, state: str | None, value: Any) -> None:
    """Write down how the run at hand ended.

    Of one that was cut short because its worker stops, nothing is written down: it has not ended.
    Its message comes back, or the reaper finds it.

    Args:
        task: Its job.
        live: What was followed of it.
        state: The state of Celery's; None where Celery could not store the end, or there is none.
        value: What it returned or raised.
    """
    pulse.remove(live)
    ended.task_id = live.task_id
    if live.is_direct:
        _end(task, live, state, value)
        return
    _insist(lambda: _end(task, live, state, value))


def run_end_elsewhere(*, task_id: str, error: BaseException) -> None:
    """Write down that a run failed whose process could not say so: it was stopped from outside.

    Celery calls it a failure, too, when it could not store the end of which the run was told.
    """
    if getattr(ended, "task_id", None) == task_id:
        return  # it may be at its next try already
    run = Run.objects.filter(task_id=task_id, state__in=LIVE_STATES).first()
    if run is not None and pulse.get(task_id) is None:
        run_close(run=run, state=RunState.FAILED, **_fault(error))
        _drop_lease(run.schedule_id, task_id)


def run_revoked(*, task_id: str, is_expired: bool) -> None:
    """Write down that a message was thrown away, or its run stopped, because somebody asked."""
    run = Run.objects.filter(task_id=task_id, state__in=LIVE_STATES).first()
    if run is None:
        return
    if is_expired:  # of one that has begun before, it is no reason
        run_close(run=run, state=RunState.MISSED, among=(RunState.QUEUED,), attempt=0)
    else:
        run_close(run=run, state=RunState.CANCELLED)
        _drop_lease(run.schedule_id, task_id)


def run_unknown(*, task_id: str) -> None:
    """Write down that a worker threw a message away because its code has no such job."""
    run = Run.objects.filter(task_id=task_id, state__in=LIVE_STATES).first()
    if run is not None:
        run_lose(run=run, why=Why.UNKNOWN)


def _end(task: Job, live: Live, state: str | None, value: Any) -> None:
    run = None if live.run_id is None else Run.objects.filter(pk=live.run_id).first()
    if state is None:
        state, value = _ended(vars(task.request).get("raised"))
    if state is None:
        live_flush(live)
        return
    if state == states.RETRY:
        _pause(live, value)
        return
    if run is not None:
        live_flush(live)
        _close(task, run, live, state, value)
    elif live.run_id is None and state == states.FAILURE:
        _fail_quiet(task, live, value)
    if live.lease:
        lease_drop(name=live.lease, holder=live.holder)


def _ended(raised: BaseException | None) -> tuple[str | None, BaseException | None]:
    """Return the state and the value of an end of which Celery told nothing; None if it is none."""
    if raised is None or isinstance(raised, SystemExit):
        return None, raised
    kinds = {Retry: states.RETRY, Reject: states.REJECTED, Ignore: states.IGNORED}
    found = (state for kind, state in kinds.items() if isinstance(raised, kind))
    return next(found, states.FAILURE), raised


def _close(task: Job, run: Run, live: Live, state: str | None, value: Any) -> None:
    # One that was taken for lost and comes to its end all the same was not lost.
    among = (*LIVE_STATES, RunState.LOST)
    if state == states.SUCCESS and live.is_over and not live.is_forked:  # no signal ends a thread
        state, value = states.FAILURE, JobOvertimeError()
    close = partial(run_close, run=run, among=among, attempt=live.attempt)
    if getattr(task.request, "end_state", "") == states.REVOKED:
        close(state=RunState.CANCELLED)
    elif state == states.FAILURE:
        close(state=RunState.FAILED, policy=live.policy, **_fault(value))
    elif state == states.REJECTED:
        mine = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, attempt=live.attempt)
        mine.update(state=RunState.QUEUED)
    elif state in {states.SUCCESS, states.IGNORED}:
        result = result_text(value) if state == states.SUCCESS else ""
        done: dict[str, Any] = {"percent": 100.0, "result": result, **NO_ERROR}
        close(state=RunState.SUCCEEDED, **done)


def _fault(value: Any) -> dict[str, Any]:
    error = value if isinstance(value, BaseException) else RuntimeError(str(value))
    values = error_values(error)
    if isinstance(error, JobOvertimeError | SoftTimeLimitExceeded | TimeLimitExceeded):
        values["error"] = Why.OVERTIME
    if isinstance(error, JobOustedError):
        values["error"] = Why.OUSTED
    return values


def _pause(live: Live, retry: Any) -> None:
    """Write down that the job is tried again, and keep its lease until then."""
    when = getattr(retry, "when", None)
    if live.run_id is not None:
        live_flush(live)
        before = (RunState.RUNNING, RunState.RETRYING)
        mine = Run.objects.filter(pk=live.run_id, state__in=before, attempt=live.attempt)
        cause = getattr(retry, "exc", None)
        values = error_values(cause) if isinstance(cause, BaseException) else {}
        if mine.update(state=RunState.RETRYING, seen_at=timezone.now(), **values):
            run_tell(live, state=RunState.RETRYING, percent=live.percent, text=live.text)
    if live.lease:
        seconds = when if isinstance(when, int | float) else _until(when)
        lease_keep(name=live.lease, holder=live.holder, seconds=seconds + HOLD_SECONDS)


def _until(moment: Any) -> float:
    if not isinstance(moment, datetime):
        return 0.0
    return max(0.0, (moment - timezone.now()) / timedelta(seconds=1))


def _fail_quiet(task: Job, live: Live, value: Any) -> None:
    """Leave a row of a quiet job after all."""
    run = quiet_row(task, carried(task.request), live)
    run.percent = live.percent
    run_close(run=run, state=RunState.FAILED, policy=live.policy, **_fault(value))


def _drop_lease(schedule_id: int | None, holder: str) -> None:
    if schedule_id is not None:
        lease_drop(name=lease_name(schedule_id), holder=holder)


def _insist(write: Callable[[], None]) -> None:
    """Write, and try again where the database does not answer; the reaper sees to what is left."""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            write()
        except Error:
            log.exception("the end of a run could not be written")
            connections.close_all()
        else:
            return
