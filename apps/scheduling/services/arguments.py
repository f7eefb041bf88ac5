"""Arguments of schedules: their secrets are sealed, kept where a mask comes back, and opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from celery import current_app
from django.utils.translation import gettext_lazy as _
from django_celery_beat.models import PeriodicTask

from apps.core.errors import InvalidInputError
from apps.core.jobs import Job
from apps.core.masking import MASK, is_secret
from apps.core.sealing import SealError, opened, resealed, sealed
from apps.scheduling.selectors.arguments import arguments_kept, masked_arguments, parsed
from apps.scheduling.selectors.jobs import job_named
from apps.scheduling.validators import SHAPES, arguments_text


class MaskLeftError(ValueError):
    """A mask came back where nothing is kept that it could stand for."""


def arguments_set(*, schedule: PeriodicTask, kept: PeriodicTask, values: Mapping[str, Any]) -> None:
    """Set the arguments that are given of a schedule, which the caller saves.

    What is secret by its name is sealed. Where the mask comes back that was shown for it, what is
    kept stays, as long as the job stays the same.

    Args:
        schedule: To be changed; its job is set already.
        kept: As it was.
        values: `args` and `kwargs`, of either what is to be changed.

    Raises:
        InvalidInputError: This is no JSON, too long, or a mask that stands for nothing.
    """
    before = _by_column(kept) if kept.task == schedule.task else {}
    for column in SHAPES:
        if column not in values:
            continue
        arguments_text(column, values[column])  # judges what was given, before it grows
        given = SHAPES[column]() if values[column] is None else values[column]
        known, shown = before.get(column, (None, None))
        try:
            whole = _unmasked(given, known, shown)
            _refuse_masks(schedule.task, column, whole)
        except MaskLeftError:
            text = _("“%(mask)s” stands for a secret that is not known here: enter it anew.")
            raise InvalidInputError(field=column, message=text % {"mask": MASK}) from None
        safe = sealed_column(schedule.task, column, whole)
        setattr(schedule, column, orjson.dumps(safe).decode())


def arguments_of(schedule: PeriodicTask, column: str) -> Any:
    """Return `args` or `kwargs` of a schedule as its job takes them.

    Raises:
        InvalidInputError: Others wrote something else there, or a secret in it cannot be opened;
            names the column.
    """
    value, shape = parsed(getattr(schedule, column)), SHAPES[column]
    if value is None:
        return shape()
    if not isinstance(value, shape):
        raise InvalidInputError(field=column, message=_("This is not JSON of the right kind."))
    try:
        return opened(value, purpose=schedule.task)
    except SealError as error:
        raise InvalidInputError(field=column, message=str(error)) from None


def sealed_column(task: str, column: str, value: Any) -> Any:
    """Return arguments with what is secret sealed; by position they have the job's names."""
    job = current_app.tasks.get(task)
    if not isinstance(job, Job):
        return sealed(value, purpose=task)
    args, kwargs = job.sealed(*((value, {}) if column == "args" else ((), value)))
    return args if column == "args" else kwargs


def arguments_reseal() -> int:
    """Seal by the newest key what is kept in clear or by a former one; return of how many rows."""
    count = 0
    for schedule in PeriodicTask.objects.only("task", "args", "kwargs"):
        values = {column: getattr(schedule, column) for column in SHAPES}
        better = {column: _resealed(schedule.task, column, values[column]) for column in SHAPES}
        if better != values:
            # As long as nobody is quicker; not by save(), which starts its times anew.
            count += PeriodicTask.objects.filter(pk=schedule.pk, **values).update(**better)
    return count


def _resealed(task: str, column: str, text: str) -> str:
    value = parsed(text)
    if not isinstance(value, SHAPES[column]):
        return text
    better = sealed_column(task, column, resealed(value, purpose=task))
    return text if better == value else orjson.dumps(better).decode()


def _by_column(kept: PeriodicTask) -> Mapping[str, tuple[Any, Any]]:
    """Return what is kept and what is shown for it; by name also what is kept by position."""
    args, kwargs = arguments_kept(kept)
    shown_args, shown_kwargs = masked_arguments(kept.task, args, kwargs)
    info = job_named(kept.task)
    names = [each.name for each in info.parameters] if info else []
    return {
        "args": (args, shown_args),
        "kwargs": (
            dict(zip(names, args, strict=False)) | kwargs,
            dict(zip(names, shown_args, strict=False)) | shown_kwargs,
        ),
    }


def _unmasked(given: Any, kept: Any, shown: Any) -> Any:
    """Return what was given with what is kept in the places that were not touched."""
    if given == shown:
        return kept
    if isinstance(given, dict) and isinstance(kept, dict) and isinstance(shown, dict):
        return {
            name: _unmasked(item, kept.get(name), shown.get(name)) for name, item in given.items()
        }
    if isinstance(given, list) and isinstance(shown, list) and len(given) == len(shown):
        return [_unmasked(*each) for each in zip(given, kept, shown, strict=True)]
    is_partly_hidden = isinstance(shown, str) and MASK in shown and shown != kept
    if is_partly_hidden and isinstance(given, str) and MASK in given:
        raise MaskLeftError
    return given


def _refuse_masks(task: str, column: str, value: Any) -> None:
    """Refuse a mask under the name of a secret, however deep."""
    if column == "args":
        info = job_named(task)
        names = [each.name for each in info.parameters] if info else []
        value = [*value, dict(zip(names, value, strict=False))]
    if _has_mask(value):
        raise MaskLeftError


def _has_mask(value: Any) -> bool:
    if isinstance(value, dict):
        return any(
            (item == MASK and is_secret(name)) or _has_mask(item) for name, item in value.items()
        )
    return isinstance(value, list) and any(map(_has_mask, value))
