"""What a schedule hands its job: read as it is kept, or fit to be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from celery import current_app
from django_celery_beat.models import PeriodicTask

from apps.core.jobs import Job
from apps.core.masking import masked, masked_text
from apps.scheduling.validators import SHAPES


class Arguments(NamedTuple):
    """Arguments by position and by name."""

    args: list[Any]
    kwargs: dict[str, Any]


def arguments_kept(schedule: PeriodicTask) -> Arguments:
    """Return the arguments as they are kept: with what is secret sealed.

    Nothing is found where others wrote what is no JSON of the right kind.
    """
    return Arguments(*(_of_shape(getattr(schedule, column), column) for column in SHAPES))


def arguments_shown(schedule: PeriodicTask) -> Arguments:
    """Return the arguments fit to be seen: with what is secret masked."""
    return masked_arguments(schedule.task, *arguments_kept(schedule))


def masked_arguments(task: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Arguments:
    """Return arguments of a job of this name with what is secret masked, by its name."""
    job = current_app.tasks.get(task)
    if isinstance(job, Job):
        return Arguments(*job.shown(args, kwargs))
    return Arguments(masked(list(args)), masked(dict(kwargs)))


def shown_text(task: str, column: str, text: str | None) -> str | None:
    """Return arguments as the front end keeps them, with what is secret masked.

    Args:
        task: Full name of their job.
        column: `args` or `kwargs`.
        text: As it is kept.

    Returns:
        JSON; None where there are none.
    """
    if not text or text.strip() in {"[]", "{}", "null"}:
        return None
    value = parsed(text)
    if not isinstance(value, SHAPES[column]):
        return masked_text(text)
    given: dict[str, Any] = {"args": [], "kwargs": {}, column: value}
    shown = getattr(masked_arguments(task, **given), column)
    return text if shown == value else orjson.dumps(shown).decode()


def parsed(text: str | None) -> Any:
    """Return what JSON says; the text itself where it is none: others may have written it."""
    try:
        return json.loads(text or "null")
    except ValueError:
        return text


def _of_shape(text: str | None, column: str) -> Any:
    value = parsed(text)
    return value if isinstance(value, SHAPES[column]) else SHAPES[column]()
