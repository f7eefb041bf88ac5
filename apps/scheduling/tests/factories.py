"""Jobs for the tests of scheduling."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django_celery_beat.models import PeriodicTask

from apps.core.jobs import SCHEDULED, SLOW, job
from apps.scheduling.choices import ScheduleKind
from apps.scheduling.models import Run
from apps.scheduling.services.schedules import schedule_create

NAME = "apps.scheduling.tests.factories.greet"
SILENT = "apps.scheduling.tests.factories.silent"
heard: list[Any] = []


@job(label="greet somebody", queue=SLOW, is_repeatable=True)
def greet(name: str, times: int = 1, tone: Literal["kind", "gruff"] = "kind") -> str:
    """Greet somebody.

    Or shout at them.
    """
    heard.append((name, times, tone))
    return f"{tone} {name}" * times


@job(label="be silent", queue=SCHEDULED)
def silent(at: datetime | None = None, *names: Any, **others: Any) -> None:
    heard.append((at, names, others))


def make_schedule(**values: Any) -> Any:
    """Return a schedule that greets Ann each ten minutes, or what `values` say."""
    usual: dict[str, Any] = {
        "name": f"schedule {PeriodicTask.objects.count()}",
        "task": NAME,
        "kind": ScheduleKind.INTERVAL,
        "every": 10,
        "period": "minutes",
        "kwargs": {"name": "Ann"},
    }
    return schedule_create(**(usual | values))


def make_run(**values: Any) -> Run:
    """Return a run that was queued on a day of 2026."""
    number = Run.objects.count()
    usual: dict[str, Any] = {
        "task_id": f"task-{number}",
        "name": NAME,
        "queued_at": datetime.fromisoformat("2026-03-05T04:00:00+00:00"),
    }
    return Run.objects.create(**(usual | values))
