"""What a row of master data holds, as plain values."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

PASSED_OVER = frozenset(
    {
        "id",
        "created_at",
        "updated_at",
        "created_by_id",
        "updated_by_id",
        "deleted_by_id",
        "last_login",
    }
)
"""Columns that say nothing about the thing itself, or change by themselves."""

Values = dict[str, Any]


def snapshot_of(instance: Model) -> Values:
    """Return the columns of a row as the database has them; {} if it has no such row."""
    names = [
        column.attname
        for column in instance._meta.concrete_fields
        if column.attname not in PASSED_OVER and not column.generated
    ]
    found = type(instance)._base_manager.filter(pk=instance.pk).values(*names).first()
    return {name: _plain(value) for name, value in (found or {}).items()}


def links_of(instance: Model, *names: str) -> Values:
    """Return the keys of the rows that a row is linked to, by the names of its relations."""
    wanted = names or [relation.name for relation in instance._meta.many_to_many]
    return {
        name: sorted(getattr(instance, name).order_by().values_list("pk", flat=True))
        for name in wanted
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)
