"""The rows of runs, as they are made from messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_celery_beat.models import PeriodicTask

from apps.core.jobs import HEADER, Job
from apps.scheduling.choices import RunState, Trigger
from apps.scheduling.constants import DUE_HEADER, MAX_ARGUMENTS, SCHEDULE_HEADER, TRIGGER_HEADER
from apps.scheduling.models import Run
from apps.scheduling.services.endings import result_text
from apps.scheduling.services.pulse import Live, live_flush, pulse

Arguments = tuple[Sequence[Any], Mapping[str, Any]]


def row_of(
    *, task: Job, task_id: str, headers: Mapping[str, Any], arguments: Arguments, queue: str
) -> tuple[Run, bool]:
    """Return the row of a message, made if there is none yet, and whether it was made.

    Args:
        task: Its job.
        task_id: Its id.
        headers: Its headers.
        arguments: What the job is called with.
        queue: Where it waits.
    """
    found = Run.objects.filter(task_id=task_id).first()
    if found is not None:
        return found, False
    schedule = PeriodicTask.objects.filter(pk=schedule_of(headers)).only("name").first()
    args, kwargs = shown_arguments(task, *arguments)
    context = headers.get(HEADER) or {}
    default = Trigger.PLATFORM if schedule is None else Trigger.SCHEDULE
    trigger = headers.get(TRIGGER_HEADER, default)
    return Run.objects.get_or_create(
        task_id=task_id,
        defaults={
            "name": task.name,
            "schedule": schedule,
            "schedule_name": schedule.name if schedule else "",
            "trigger": trigger if trigger in Trigger.values else default,
            "actor_id": context.get("user_id"),
            "request_id": str(context.get("request_id") or "")[:32],
            "queue": queue[:100],
            "args": args,
            "kwargs": kwargs,
            "due_at": moment_of(headers.get(DUE_HEADER)),
            "queued_at": timezone.now(),
        },
    )


def shown_arguments(
    task: Job, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return arguments as a row keeps them: masked, plain, not too long."""
    shown, named = task.shown(args, kwargs)
    if len(result_text(shown)) > MAX_ARGUMENTS:
        shown = ["…"]
    if len(result_text(named)) > MAX_ARGUMENTS:
        named = {"…": "…"}
    return shown, named


def leaves_row(task: Job, headers: Mapping[str, Any]) -> bool:
    """Tell whether a message leaves a row from the moment it is queued.

    Quiet jobs leave none, except where a person starts one: they were told its run, and look at it.
    """
    return not task.is_quiet or headers.get(TRIGGER_HEADER) == Trigger.PERSON


def schedule_of(headers: Mapping[str, Any]) -> int | None:
    """Return the key of the schedule that a message belongs to."""
    told = headers.get(SCHEDULE_HEADER)
    return told if isinstance(told, int) else None


def moment_of(text: Any) -> datetime | None:
    """Return the moment that a header tells; None for what is none."""
    return parse_datetime(text) if isinstance(text, str) else None


def begun_values(task: Job, run: Run) -> dict[str, Any]:
    """Return the columns of a run that begins now."""
    now = timezone.now()
    told = str(task.request.hostname or "")  # in a thread: of the machine alone
    return {
        "state": RunState.RUNNING,
        "attempt": run.attempt + 1,
        "worker": (told if "@" in told else pulse.node or told)[:150],
        "started_at": run.started_at or now,
        "seen_at": now,
        "percent": 0.0,
        "text": "",
    }


def lease_name(schedule_id: int) -> str:
    """Return the lease of a schedule whose runs may not overlap."""
    return f"schedule:{schedule_id}"


def quiet_row(task: Job, headers: Mapping[str, Any], live: Live) -> Run:
    """Leave a row of a quiet job after all; it is running then."""
    request = task.request
    run, _ = row_of(
        task=task,
        task_id=live.task_id,
        headers=headers,
        arguments=(request.args or (), request.kwargs or {}),
        queue=task.lane,
    )
    Run.objects.filter(pk=run.pk).update(**begun_values(task, run))
    live.run_id = run.pk
    live_flush(live)
    return run
