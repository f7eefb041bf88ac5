"""Jobs to try things on, and a worker's way to run one without a broker."""

from __future__ import annotations

import logging
import uuid
from typing import Any, cast

from celery import current_app, states
from celery.app.trace import build_tracer
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from apps.core.jobs import Job, job, progress
from apps.scheduling.constants import SCHEDULE_HEADER, TRIGGER_HEADER
from apps.scheduling.models import Alert, Run, SchedulePolicy

log = logging.getLogger(__name__)


class SampleError(Exception):
    """What the jobs here fail with."""


@job(label="echo")
def echo(word: str, password: str = "") -> dict[str, str]:
    """Return the word."""
    log.info("the word is %s, password=%s", word, password)
    progress(50, "half way")
    return {"word": word}


@job(label="fall")
def fall() -> None:
    """Fail."""
    log.warning("it will fail")
    raise SampleError("no good: token=abcdefgh")  # noqa: EM101, TRY003 - the text is what is tested


@job(label="again", is_repeatable=True)
def again() -> str:
    """Bear being repeated."""
    return "again"


@job(label="quiet", is_quiet=True, is_repeatable=True, ignore_result=True)
def quiet(fail: bool = False) -> None:  # noqa: FBT001, FBT002 - a sample
    """Leave no row unless it fails."""
    log.info("quietly")
    if fail:
        raise SampleError


@job(label="quiet once", is_quiet=True, ignore_result=True)
def quiet_once() -> None:
    """Leave no row, and do not run twice."""


def job_of(function: Any) -> Job:
    """Return the registered job of a sample."""
    current_app.finalize()
    return cast("Job", current_app.tasks[function.name])


def make_schedule(function: Any = echo, **policy: Any) -> PeriodicTask:
    """Save a schedule with a policy."""
    interval, _ = IntervalSchedule.objects.get_or_create(every=1, period="days")
    made = PeriodicTask.objects.create(
        name=f"sample {uuid.uuid4().hex[:8]}", task=function.name, interval=interval
    )
    SchedulePolicy.objects.create(schedule=made, **policy)
    return made


def make_run(function: Any = echo, **fields: Any) -> Run:
    """Save a run."""
    fields.setdefault("task_id", str(uuid.uuid4()))
    fields.setdefault("queued_at", timezone.now())
    fields.setdefault("queue", "quick")
    schedule = fields.get("schedule")
    if schedule is not None:
        fields.setdefault("schedule_name", schedule.name)
    return Run.objects.create(name=function.name, **fields)


def make_alert(channel: str, *targets: str, run: Run | None = None, **fields: Any) -> Alert:
    """Save an alert of a run that failed, to be sent now."""
    run = run or make_run(state="failed")
    fields = {"next_at": timezone.now(), "state": run.state, **fields}
    return Alert.objects.create(run=run, channel=channel, targets=list(targets), **fields)


def work(
    function: Any,
    *args: Any,
    task_id: str = "",
    kwargs: dict[str, Any] | None = None,
    schedule: PeriodicTask | None = None,
    **request: Any,
) -> str:
    """Run a job as a worker does that has its message in hand; return the state of its end."""
    task = job_of(function)
    headers = {TRIGGER_HEADER: "platform"}
    if schedule is not None:
        headers |= {TRIGGER_HEADER: "schedule", SCHEDULE_HEADER: schedule.pk}
    told = {
        "is_eager": True,  # in this thread and its transaction
        "hostname": "one@here",
        "retries": 0,
        "delivery_info": {"routing_key": "quick"},
        **headers,
        **request,
    }
    task_id = task_id or str(uuid.uuid4())
    told["id"] = task_id
    tracer: Any = build_tracer(task.name, task, app=task.app)
    _result, info, _runtime, _text = tracer(task_id, args, kwargs or {}, told)
    return states.SUCCESS if info is None else str(info.state)
