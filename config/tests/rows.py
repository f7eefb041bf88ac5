"""Rows of any model, made from its columns, so that a new list is under test without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

LINKS = 3
"""How many rows hang on each row, by each to-many relation."""

SPECIAL: dict[str, Callable[[models.Field[Any, Any], int], Any]] = {
    "access.ObjectGrant.object_pk": lambda _column, number: str(number),
}
"""Values for columns that take no plain text or number: `app.Model.column`."""

EMPTY = {f"django_celery_beat.PeriodicTask.{name}" for name in ("crontab", "solar", "clocked")}
"""Links that stay empty, because a row has only one of several."""


APART = {"scheduling.Alert.run"}
"""Links that lead to a row of their own each, because all else of a unique constraint is the same;
those that are unique by themselves need not be named."""


def fill(model: type[models.Model], count: int) -> list[Any]:
    """Save so many rows of a model, each with a few rows on every to-many relation."""
    rows = [_row(model, number) for number in range(count)]
    saved = model._default_manager.bulk_create(rows)
    for relation in model._meta.many_to_many:
        _link(relation, saved)
    return saved


def _row(model: type[models.Model], number: int) -> Any:
    values = {}
    for column in model._meta.concrete_fields:
        if column.generated or column.primary_key or column.has_default():
            continue
        if f"{model._meta.label}.{column.name}" in EMPTY:
            continue
        if not column.null or isinstance(column, models.ForeignKey):
            values[column.name] = _value(model, column, number)
    return model(**values)


def _value(model: type[models.Model], column: models.Field[Any, Any], number: int) -> Any:
    name = f"{model._meta.label}.{column.name}"
    if name in SPECIAL:
        return SPECIAL[name](column, number)
    if isinstance(column, models.ForeignKey):
        return _parent(model, column, number)
    if column.choices:
        return next(iter(column.flatchoices))[0]
    if isinstance(column, models.DateTimeField):
        return timezone.now()
    if isinstance(column, models.EmailField):
        return f"{model._meta.model_name}{number}@example.com"
    if isinstance(column, models.CharField | models.TextField):
        return f"{column.name[:8]}{number}"[: column.max_length]
    return number


def _parent(model: type[models.Model], column: models.ForeignKey[Any, Any], number: int) -> Any:
    target = column.related_model
    if target is model:
        return None
    assert isinstance(target, type)
    manager = target._default_manager
    if column.unique or f"{model._meta.label}.{column.name}" in APART:
        return manager.create(**_plain(_row(target, 700_000 + number)))
    return manager.first() or manager.create(**_plain(_row(target, 900_000)))


def _plain(row: models.Model) -> dict[str, Any]:
    return {
        column.name: getattr(row, column.name)
        for column in row._meta.concrete_fields
        if not column.generated and not column.primary_key
    }


def _link(relation: models.ManyToManyField[Any, Any], rows: list[Any]) -> None:
    target, through = relation.related_model, relation.remote_field.through
    assert isinstance(target, type)
    assert isinstance(through, type)
    others = list(target._default_manager.all()[:LINKS])
    if len(others) < LINKS:
        made = [_row(target, 800_000 + number) for number in range(LINKS - len(others))]
        others += target._default_manager.bulk_create(made)
    ours, theirs = relation.m2m_field_name(), relation.m2m_reverse_field_name()
    through._default_manager.bulk_create(
        through(**{ours: row, theirs: other}) for row in rows for other in others
    )


def models_of_ours() -> list[type[models.Model]]:
    """Return every model of the apps and plugins."""
    return [m for m in apps.get_models() if m.__module__.startswith(("apps.", "plugins."))]
