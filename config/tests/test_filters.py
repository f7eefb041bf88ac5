"""Lists of the whole platform: what they filter by and how they are ordered."""

import re
from typing import Any

import pytest
from django.db import models

from apps.core.codes import Operation, iter_operations
from config.env import BASE_DIR

LISTS = [
    o
    for o in iter_operations()
    if o.action == "list" and o.method == "GET" and getattr(o.view, "queryset", None) is not None
]
FILTERS = [
    (o, name, described)
    for o in LISTS
    for name, described in getattr(
        getattr(o.view, "filterset_class", None), "base_filters", {}
    ).items()
]


def _model(operation: Operation) -> type[models.Model]:
    model: type[models.Model] = operation.view.queryset.model  # type: ignore[attr-defined] # a resource has one
    return model


def _is_indexed(model: type[models.Model], path: str) -> bool:
    column: Any = model._meta
    for step in path.split("__"):
        column = getattr(column, "model", column)._meta if hasattr(column, "model") else column
        known = {found.name for found in column.get_fields()}
        step = "id" if step == "pk" else step  # noqa: PLW2901
        column = column.get_field(step if step in known else step.removesuffix("_id"))
        if column.is_relation:
            return True
    leading = {index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields}
    return bool(column.primary_key or column.unique or column.db_index or column.name in leading)


def _is_tested(operation: Operation, name: str) -> bool:
    app = BASE_DIR.joinpath(*operation.view.__module__.split(".")[:2])
    named = re.compile(rf"""[?&"'{{]{name}(=|["']:)|\b{name}=""")
    tests = [*(app / "tests" / "api").rglob("test_*.py"), *(app / "tests").glob("test_*.py")]
    return any(named.search(file.read_text()) for file in tests)


def test_there_are_lists_with_filters() -> None:
    assert len(LISTS) >= 4
    assert len(FILTERS) >= 8


@pytest.mark.parametrize(
    ("operation", "name", "described"), FILTERS, ids=[f"{o.route}?{n}" for o, n, _d in FILTERS]
)
def test_every_filter_is_indexed_or_tested(operation: Operation, name: str, described: Any) -> None:
    indexed = _is_indexed(_model(operation), described.field_name or name)
    assert indexed or _is_tested(operation, name)


@pytest.mark.parametrize("operation", LISTS, ids=[o.route for o in LISTS])
def test_every_list_has_one_order_that_pages_can_be_cut_from(operation: Operation) -> None:
    """Rows that compare equal come in any order: one could be on two pages, or on none."""
    queryset: Any = operation.view.queryset  # type: ignore[attr-defined] # a resource has one
    order = [str(column).lstrip("-") for column in queryset.query.order_by]
    order = order or [str(column).lstrip("-") for column in _model(operation)._meta.ordering or ()]
    assert order
    last = _model(operation)._meta.get_field("id" if order[-1] == "pk" else order[-1])
    assert last.primary_key or last.unique  # type: ignore[union-attr] # a column, no relation from elsewhere
