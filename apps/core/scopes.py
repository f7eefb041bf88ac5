"""Which rows data rules can choose: one line on a model, named `scoped`.

A model without such a line is never narrowed. What a rule compares is named as on the wire; only
the columns given here can be compared, so a rule reaches no secret and no column by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.db import models

Column = models.Field[Any, Any]

ALL_MODELS = "__ALL__"
"""Stands for every model whose rows belong to somebody; see `Scoped.is_reference`."""

DEPARTMENT = "__dept_id__"
OWNER = "__created_by__"


@dataclass(frozen=True, kw_only=True)
class Scoped:
    """What data rules may say about the rows of a model.

    Attributes:
        name: The model's name on the wire: `Dept`.
        columns: ORM paths by the names that the wire has for them.
        owner: Where the ids stand of whoever a row belongs to; any of them counts.
        department: The ORM path of the id of the department that a row belongs to, "" for none.
        is_reference: The rows belong to nobody and forms choose from them, as roles and
            dictionaries: only rules that name this very model narrow it.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    owner: tuple[str, ...] = ("created_by_id",)
    department: str = ""
    is_reference: bool = False

    def paths(self, column: str) -> tuple[str, ...]:
        """Return the ORM paths that a rule's column stands for; none if it fits no column."""
        if column == OWNER:
            return self.owner
        path = self.department if column == DEPARTMENT else self.columns.get(column, "")
        return (path,) if path else ()


@dataclass(frozen=True)
class Follows:
    """The rows of a model are seen by whoever sees the row that they hang on.

    Attributes:
        relation: The foreign key to that row.
    """

    relation: str


@cache
def scoped_models() -> dict[str, type[models.Model]]:
    """Return every model that data rules can narrow, by its name on the wire, sorted."""
    found = {
        scoped.name: model
        for model in apps.get_models()
        if isinstance(scoped := scoped_of(model), Scoped)
    }
    return dict(sorted(found.items()))


def scoped_of(model: type[models.Model]) -> Scoped | Follows | None:
    """Return what a model says of itself; None for one that is never narrowed."""
    found: Scoped | Follows | None = getattr(model, "scoped", None)
    return found


def field_at(model: type[models.Model], path: str) -> Column:
    """Return the field at an ORM path, as the model declares it."""
    *relations, name = path.split("__")
    for relation in relations:
        related = model._meta.get_field(relation).related_model
        assert isinstance(related, type)  # noqa: S101 - a path that is declared leads somewhere
        model = related
    found: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(found, models.Field)  # noqa: S101 - as above
    return found


def column_at(model: type[models.Model], path: str) -> Column:
    """Return what is compared at an ORM path: for a foreign key, the key that it points to."""
    found = field_at(model, path)
    while isinstance(found, models.ForeignKey):
        found = found.target_field
    return found
