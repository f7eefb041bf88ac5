"""Find runs whose worker or message is gone, so that none hangs for ever."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from apps.core.jobs import Job
from apps.scheduling.choices import Missed, RunState, Trigger, Why
from apps.scheduling.constants import (
    QUEUE_SECONDS,
    RETRY_CAP_SECONDS,
    SILENT_SECONDS,
)
from apps.scheduling.models import OutboxJob, Run, SchedulePolicy
from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.services.endings import run_close, run_lose
from apps.scheduling.services.pulse import pulse

BATCH = 200
ASK_SECONDS = 2.0
"""How long workers may take to say what they hold."""

log = logging.getLogger(__name__)


def silent_reap() -> int:
    """End runs that give no sign of life any more, and return how many.

    One whose message comes back by itself waits for it instead.
    """
    before = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    ours = [live.task_id for live in pulse.at_hand()]
    silent = Run.objects.filter(state=RunState.RUNNING, seen_at__lt=before)
    return sum(_reap(run) for run in silent.exclude(task_id__in=ours)[:BATCH])


def vanished_reap() -> int:
    """End runs that wait although their message is in no queue and with no worker any more.

    Returns:
        How many they were. With the broker inside the process there are none: see `runs_recover`.
    """
    if is_embedded():
        return 0
    waiting = list(_waiting_long()[:BATCH])
    empty = _empty_queues({run.queue for run in waiting}) if waiting else set()
    lost = [run for run in waiting if run.queue in empty]
    held = _held([run.task_id for run in lost]) if lost else None
    if held is None:
        return 0
    why = Why.GONE
    return sum(run_lose(run=run, why=why) for run in lost if run.task_id not in held)


def runs_recover() -> int:
    """At the start of the one process: end, or put back to waiting, what an earlier one left.

    Returns:
        How many runs ended.
    """
    kept = set(OutboxJob.objects.values_list("task_id", flat=True))
    left = Run.objects.filter(state__in=(RunState.QUEUED, RunState.RUNNING, RunState.RETRYING))
    return sum(_recover(run, is_kept=run.task_id in kept) for run in left)


def runs_spare(*, worker: str) -> int:
    """Take the attempt back of what a worker gives back because it is told to stop.

    That is no death of it, so a job may be cut short by any number of stops. The first attempt is
    left: what has begun once has no more to begin in time.

    Returns:
        How many runs that were. With the broker inside the process there are none: see `outbox`.
    """
    if is_embedded():
        return 0
    cut = Run.objects.filter(worker=worker[:150], state=RunState.RUNNING, attempt__gt=1)
    return cut.update(attempt=F("attempt") - 1)


def is_embedded() -> bool:
    """Tell whether the broker lives inside this process."""
    return str(settings.CELERY_BROKER_URL).startswith("embedded:")


def _reap(run: Run) -> bool:
    if run.cancel_asked_at is not None:
        return run_close(run=run, state=RunState.CANCELLED)
    if not _is_repeatable(run) or is_embedded():
        return run_lose(run=run, why=Why.WORKER_DIED)
    same = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, seen_at=run.seen_at)
    same.update(state=RunState.QUEUED, text=Why.RUNS_AGAIN)
    return False


def _recover(run: Run, *, is_kept: bool) -> bool:
    has_begun = run.state == RunState.RUNNING
    if run.cancel_asked_at is not None:
        is_over = run_close(run=run, state=RunState.CANCELLED)
    elif run.state == RunState.QUEUED and _may_miss(run):
        why = Why.STOPPED
        is_over = run_close(run=run, state=RunState.MISSED, error=why)
    elif not is_kept or (has_begun and not _is_repeatable(run)):
        is_over = run_lose(run=run, why=Why.WORKER_DIED)
    else:
        is_over = False
        Run.objects.filter(pk=run.pk, state=RunState.RUNNING).update(state=RunState.QUEUED)
    if is_over:
        OutboxJob.objects.filter(task_id=run.task_id).delete()
    return is_over


def _may_miss(run: Run) -> bool:
    """Tell whether a run is worth nothing after its time, by what its schedule says."""
    if run.trigger not in {Trigger.SCHEDULE, Trigger.CATCH_UP} or run.attempt:
        return False
    policy = policy_of_schedule(run.schedule_id) or SchedulePolicy()
    return policy.missed == Missed.DROP


def _is_repeatable(run: Run) -> bool:
    task = current_app.tasks.get(run.name)
    return isinstance(task, Job) and task.is_repeatable


def _waiting_long() -> QuerySet[Run]:
    """Return runs that have waited for longer than any message is out of sight."""
    now = timezone.now()
    queued = now - timedelta(seconds=_patience())
    retrying = now - timedelta(seconds=_patience() + 1.2 * RETRY_CAP_SECONDS)
    return Run.objects.filter(
        Q(state=RunState.QUEUED, queued_at__lt=queued) & (Q(seen_at=None) | Q(seen_at__lt=queued))
        | Q(state=RunState.RETRYING, seen_at__lt=retrying)
    )


def _patience() -> float:
    """Return the seconds for which a message may be with a dead worker without anybody knowing.

    RabbitMQ sees at once that its worker is gone; Redis gives a message back after a time.
    """
    options: dict[str, Any] = current_app.conf.broker_transport_options or {}
    if not str(settings.CELERY_BROKER_URL).startswith("redis"):
        return QUEUE_SECONDS
    return QUEUE_SECONDS + float(options.get("visibility_timeout", 3600))


def _empty_queues(names: Iterable[str]) -> set[str]:
    """Return those of the queues in which nothing waits; none if the broker does not answer."""
    found = set()
    try:
        with current_app.connection_for_read() as connection:
            for name in names:
                if _depth(connection, name) == 0:
                    found.add(name)
    except (OperationalError, OSError):
        log.warning("the broker does not answer")
        return set()
    return found


def _depth(connection: Any, name: str) -> int:
    channel = connection.channel()  # RabbitMQ closes it when there is no such queue
    try:
        count: int = channel.queue_declare(queue=name, passive=True).message_count
    except (ChannelError, *connection.channel_errors):
        return 0  # Redis has no queue without a message
    return count


def _held(ids: Sequence[str]) -> set[str] | None:
    """Return the messages that workers hold; None if no worker answers."""
    told = current_app.control.inspect(timeout=ASK_SECONDS).query_task(*ids)
    if not told:
        return None
    return {task_id for found in told.values() if found for task_id in found}
