"""The jobs that people may schedule and start."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.utils.functional import Promise

from apps.core.jobs import Job
from apps.scheduling.selectors.signatures import Parameter, misfit, parameters_of


@dataclass(frozen=True, kw_only=True)
class JobInfo:
    """A job as people see it.

    Attributes:
        name: Its full name, which schedules keep.
        label: What people call it.
        doc: What it does.
        queue: Where it waits.
        parameters: What it takes.
        is_repeatable: Whether it runs again when its worker dies.
    """

    name: str
    label: str | Promise
    doc: str
    queue: str
    parameters: tuple[Parameter, ...]
    is_repeatable: bool


def declared_jobs() -> list[JobInfo]:
    """Return every declared job, by name."""
    found = [task for task in current_app.tasks.values() if isinstance(task, Job)]
    return sorted((_info(task) for task in found), key=lambda info: info.name)


def job_named(name: str) -> JobInfo | None:
    """Return a declared job; None if there is none of the name."""
    task = current_app.tasks.get(name)
    return _info(task) if isinstance(task, Job) else None


def job_misfit(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the field at fault, `args` or `kwargs`, and why; None if the job takes them."""
    return misfit(current_app.tasks[name].run, args, kwargs)


def _info(task: Job) -> JobInfo:
    return JobInfo(
        name=str(task.name),
        label=task.label,
        doc=inspect.getdoc(task.run) or "",
        queue=task.lane,
        parameters=parameters_of(task.run),
        is_repeatable=task.is_repeatable,
    )
