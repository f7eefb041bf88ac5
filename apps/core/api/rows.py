"""Rows read as plain values and made into dicts, described by an ordinary serializer.

A ModelSerializer builds a model instance and walks its fields for every row; a `RowSerializer`
asks the database for exactly the columns that it shows and zips them with their names. A nested
row serializer follows a foreign key in the same query; one with `many=True` costs one more query
for the whole page. Being a serializer, it also describes the row in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from rest_framework import serializers

from apps.core.api.fields import (
    IdField,
    IsoTimeField,
    StatusField,
    TextField,
    WireTimeField,
)
from apps.core.api.statements import fetch
from apps.core.errors import NotFoundError
from apps.core.times import iso_time, wire_time
from apps.core.wire import wire_id

Convert = Callable[[Any], Any]
CONVERTERS: dict[type, Convert] = {
    IdField: wire_id,
    StatusField: lambda flag: None if flag is None else int(flag),
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


@dataclass
class Plan:
    """How the rows of one serializer are read from one model.

    Attributes:
        columns: ORM paths, those of `names` first; what reads them appends the key.
        order: The names as declared, where parts would else come after the plain columns.
    """

    model: type[Model]
    names: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    converters: list[tuple[str, Convert]] = field(default_factory=list)
    computed: list[tuple[str, Computed, slice]] = field(default_factory=list)
    singles: list[tuple[str, Plan, slice]] = field(default_factory=list)
    many: list[tuple[str, str, Plan]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def make(self, values: Sequence[Any]) -> dict[str, Any]:
        """Return the row as it leaves, from the values of `columns`."""
        row = dict(zip(self.names, values, strict=False))
        for name, convert in self.converters:
            row[name] = convert(row[name])
        if not self.order:
            return row
        for name, part, where in self.computed:
            row[name] = part.make(*values[where])
        for name, plan, where in self.singles:
            inner = values[where]
            row[name] = None if inner[-1] is None else plan.make(inner)
        return {name: row.get(name) for name in self.order}

    def read(self, queryset: QuerySet[Any], *key: str) -> list[tuple[Any, dict[str, Any]]]:
        """Return each row with the value of `key`: one query, and one for each to-many part."""
        found = fetch(queryset, (*self.columns, "pk", *key))
        pk = len(self.columns)
        # Many users hold the same few roles: each row of a to-many part is made once and shared.
        made = {values[pk]: values for values in found}
        shared = {row_pk: self.make(values) for row_pk, values in made.items()}
        rows = [(values[-1], shared[values[pk]]) for values in found]
        for name, relation, child in self.many:
            grouped = self._related(relation, child, {values[pk] for values in found})
            for values, (_key, row) in zip(found, rows, strict=True):
                row[name] = grouped.get(values[pk], [])
        return rows

    def _related(
        self, relation: str, child: Plan, pks: Iterable[Any]
    ) -> dict[Any, list[dict[str, Any]]]:
        """Return the rows of a to-many relation by the key of the row they belong to."""
        pks = list(pks)
        if not pks:
            return {}
        described: Any = self.model._meta.get_field(relation)
        back = (
            described.remote_field.name
            if described.auto_created
            else described.related_query_name()
        )
        queryset = child.model._default_manager.filter(**{f"{back}__in": pks})
        grouped: dict[Any, list[dict[str, Any]]] = {}
        for key, row in child.read(queryset, f"{back}__pk"):
            grouped.setdefault(key, []).append(row)
        return grouped


class RowSerializer(serializers.Serializer[Any]):
    """What a row looks like. Declare fields; `source` names the column or relation."""

    @classmethod
    def read(cls, queryset: QuerySet[Any]) -> list[dict[str, Any]]:
        """Return the rows of a queryset, in its order: one query, and one for each `many`."""
        plan = plan_of(cls, queryset.model)
        return [row for _pk, row in plan.read(queryset)]

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


_plans: dict[tuple[type, type], Plan] = {}


def plan_of(cls: type[RowSerializer], model: type[Model]) -> Plan:
    """Return how rows of a model are read for a serializer; thought out once."""
    found = _plans.get((cls, model))
    if found is None:
        found = _plans[cls, model] = _plan(cls, model)
    return found


def _plan(cls: type[RowSerializer], model: type[Model]) -> Plan:
    plan = Plan(model)
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
        _add_part(plan, name, part)
    if parts:
        plan.order = list(cls().fields)
    return plan


def _add_part(plan: Plan, name: str, part: Any) -> None:
    start = len(plan.columns)
    if isinstance(part, Computed):
        plan.columns += part.columns
        plan.computed.append((name, part, slice(start, len(plan.columns))))
        return
    relation = part.source or name
    target = plan.model._meta.get_field(relation).related_model
    row: Any = part.child if isinstance(part, serializers.ListSerializer) else part
    assert isinstance(target, type)  # noqa: S101 - a model, once all are loaded
    inner = plan_of(type(row), target)
    if isinstance(part, serializers.ListSerializer):
        plan.many.append((name, relation, inner))
        return
    if inner.many:
        text = f"{type(row).__name__} has a list in it, so it cannot stand inside another row."
        raise ImproperlyConfigured(text)
    plan.columns += [f"{relation}__{column}" for column in inner.columns]
    plan.columns.append(f"{relation}__pk")  # last: tells whether there is a row at all
    plan.singles.append((name, inner, slice(start, len(plan.columns))))


def _converter(declared: serializers.Field[Any, Any, Any, Any]) -> Convert | None:
    known = CONVERTERS.get(type(declared))
    if known is not None:
        return known
    if isinstance(declared, AS_STORED):
        return None
    return lambda value: None if value is None else declared.to_representation(value)


class EmptyList(Computed):
    """A list that the wire has and that is always empty here.

    Args:
        child: What an item would look like, for the OpenAPI document.
    """

    def __init__(self, child: serializers.BaseSerializer[Any]) -> None:
        super().__init__(make=list, shape=serializers.ListSerializer(child=child))
