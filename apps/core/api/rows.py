"""Rows read as plain values and made into dicts, described by an ordinary serializer.

A ModelSerializer builds a model instance and walks its fields for every row; a `RowSerializer`
asks the database for exactly the columns that it shows and zips them with their names. A nested
row serializer follows a foreign key in the same query; one with `many=True` costs one more query
for the whole page. Being a serializer, it also describes the row in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from apps.core.api.fields import (
    IdField,
    IsoTimeField,
    StatusField,
    TextField,
    WireTimeField,
)
from apps.core.errors import NotFoundError
from apps.core.times import iso_time, wire_time
from apps.core.wire import wire_id

Convert = Callable[[Any], Any]
CONVERTERS: dict[type, Convert] = {
    IdField: wire_id,
    StatusField: int,
    TextField: lambda text: text or None,
    WireTimeField: wire_time,
    IsoTimeField: iso_time,
}
AS_STORED = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.JSONField,
    serializers.FloatField,
)


class Computed(serializers.Field[Any, Any, Any, Any]):
    """A value made from columns of the row.

    Args:
        columns: ORM paths, `department__name`; their values are handed to `make` in this order.
        make: Returns the JSON value.
        shape: The serializer field that describes the value in the OpenAPI document.
    """

    def __init__(
        self,
        *columns: str,
        make: Callable[..., Any],
        shape: serializers.Field[Any, Any, Any, Any],
    ) -> None:
        super().__init__(read_only=True, source="*")
        self.columns, self.make, self.shape = columns, make, shape

    def __deepcopy__(self, memo: dict[Any, Any]) -> Computed:
        return Computed(*self.columns, make=self.make, shape=self.shape)


@dataclass
class Plan:
    """How the rows of one serializer are read from one model."""

    names: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    converters: list[tuple[str, Convert]] = field(default_factory=list)
    computed: list[tuple[str, Computed, slice]] = field(default_factory=list)
    singles: list[tuple[str, Plan, slice]] = field(default_factory=list)
    many: list[tuple[str, str, type[RowSerializer]]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def make(self, values: Sequence[Any]) -> dict[str, Any]:
        """Return the row as it leaves, from the values of `columns`."""
        row = dict(zip(self.names, values, strict=False))
        for name, convert in self.converters:
            row[name] = convert(row[name])
        for name, part, where in self.computed:
            row[name] = part.make(*values[where])
        for name, plan, where in self.singles:
            inner = values[where]
            row[name] = None if inner[-1] is None else plan.make(inner)
        return row


class RowSerializer(serializers.Serializer[Any]):
    """What a row looks like. Declare fields; `source` names the column or relation."""

    @classmethod
    def read(cls, queryset: QuerySet[Any]) -> list[dict[str, Any]]:
        """Return the rows of a queryset, in its order: one query, and one for each `many`."""
        plan = _plan(cls, queryset.model)
        pk = len(plan.columns)
        found = list(queryset.values_list(*plan.columns, "pk"))
        rows = [_ordered(plan, plan.make(values)) for values in found]
        for name, relation, child in plan.many:
            grouped = _related(queryset.model, relation, child, [values[pk] for values in found])
            for values, row in zip(found, rows, strict=True):
                row[name] = grouped.get(values[pk], [])
        return rows

    @classmethod
    def read_one(cls, queryset: QuerySet[Any], pk: Any) -> dict[str, Any]:
        """Return one row.

        Raises:
            NotFoundError: It is not in the queryset.
        """
        rows = cls.read(queryset.filter(pk=pk))
        if not rows:
            raise NotFoundError
        return rows[0]


def _ordered(plan: Plan, row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in plan.order} if plan.order else row


@cache
def _plan(cls: type[RowSerializer], model: type[Model]) -> Plan:
    plan = Plan()
    parts: list[tuple[str, Any]] = []
    for name, declared in cls().fields.items():
        if isinstance(declared, serializers.BaseSerializer | Computed):
            parts.append((name, declared))
            continue
        source = declared.source or name
        plan.names.append(name)
        plan.columns.append(source.replace(".", "__"))
        if convert := _converter(declared):
            plan.converters.append((name, convert))
    for name, part in parts:
        _add_part(plan, model, name, part)
    if parts:
        plan.order = list(cls().fields)
    return plan


def _add_part(plan: Plan, model: type[Model], name: str, part: Any) -> None:
    start = len(plan.columns)
    if isinstance(part, Computed):
        plan.columns += part.columns
        plan.computed.append((name, part, slice(start, len(plan.columns))))
    elif isinstance(part, serializers.ListSerializer):
        child = type(part.child)
        assert issubclass(child, RowSerializer)  # noqa: S101 - a mistake of ours, found by the first test
        plan.many.append((name, part.source or name, child))
    else:
        relation = part.source or name
        target = model._meta.get_field(relation).related_model  # noqa: SLF001 - Django's public name for it
        assert isinstance(target, type)  # noqa: S101 - as above
        inner = _plan(type(part), target)
        plan.columns += [f"{relation}__{column}" for column in inner.columns]
        plan.columns.append(f"{relation}__pk")  # last: tells whether there is a row at all
        plan.singles.append((name, inner, slice(start, len(plan.columns))))


def _related(
    model: type[Model], relation: str, child: type[RowSerializer], pks: Iterable[Any]
) -> dict[Any, list[dict[str, Any]]]:
    """Return the rows of a to-many relation by the key of the row they belong to: one query."""
    pks = list(pks)
    if not pks:
        return {}
    described: Any = model._meta.get_field(relation)  # noqa: SLF001 - Django's public name for it
    back = described.related_query_name()
    plan = _plan(child, described.related_model)
    queryset = described.related_model._default_manager.filter(**{f"{back}__in": pks})  # noqa: SLF001
    grouped: dict[Any, list[dict[str, Any]]] = {}
    for values in queryset.values_list(*plan.columns, f"{back}__pk"):
        grouped.setdefault(values[-1], []).append(_ordered(plan, plan.make(values)))
    return grouped


def _converter(declared: serializers.Field[Any, Any, Any, Any]) -> Convert | None:
    known = CONVERTERS.get(type(declared))
    if known is not None:
        return known
    if isinstance(declared, AS_STORED):
        return None
    return declared.to_representation


class EmptyList(Computed):
    """A list that the wire has and that is always empty here.

    Args:
        child: What an item would look like, for the OpenAPI document.
    """

    def __init__(self, child: serializers.BaseSerializer[Any]) -> None:
        super().__init__(make=list, shape=serializers.ListSerializer(child=child))

    def __deepcopy__(self, memo: dict[Any, Any]) -> EmptyList:
        return EmptyList(self.shape.child)  # type: ignore[attr-defined] # set above: a ListSerializer
