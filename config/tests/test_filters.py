"""Lists of the whole platform: what they filter by and how they are ordered."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import models

from apps.core.api.filters import SinceFilter, UntilFilter
from apps.core.codes import Operation, iter_operations
from apps.core.testing.fixtures import GrantedClient
from config.env import BASE_DIR
from config.tests.rows import fill

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
    if isinstance(described, SinceFilter | UntilFilter):
        return  # tested below, for every list alike
    indexed = _is_indexed(_model(operation), described.field_name or name)
    assert indexed or _is_tested(operation, name)


MADE = [o for o in LISTS if any(f.name == "created_at" for f in _model(o)._meta.fields)]
RANGES = [(o, n, d) for o, n, d in FILTERS if isinstance(d, SinceFilter | UntilFilter)]


@pytest.mark.parametrize("operation", MADE, ids=[o.route for o in MADE])
def test_every_list_finds_rows_by_when_they_were_made(operation: Operation) -> None:
    names = {name for o, name, _described in FILTERS if o is operation}
    assert {"created_time_from", "created_time_to"} <= names


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "name", "described"), RANGES, ids=[f"{o.route}?{n}" for o, n, _d in RANGES]
)
def test_a_range_takes_its_own_ends_in(
    operation: Operation, name: str, described: Any, client_with: GrantedClient
) -> None:
    """Noon is within the day, and within the second, that a range begins or ends with."""
    client = client_with(is_superuser=True)
    _with_row_at(operation, described.field_name)
    is_end = isinstance(described, UntilFilter)
    inside = ("2026-03-05", "2026-03-05 12:00:00", "2026-03-05T04:00:00Z", "1772683200")
    before = ("2026-03-04", "2026-03-05 11:59:59", "1772683199")
    after = ("2026-03-06", "2026-03-05 12:00:01", "1772683201")
    everything = _total(client, operation, name, "9998-01-01" if is_end else "1990-01-01")
    others = 0 if is_end else everything - 1  # all other rows of the test were made later
    found = [_total(client, operation, name, text) for text in inside]
    assert found == [others + 1] * len(inside)
    missed = before if is_end else after
    assert [_total(client, operation, name, text) for text in missed] == [others] * len(missed)
    for wrong in ("yesterday", "2026-13-01", "2026-02-30 10:00", "9" * 40, "0001-01-01"):
        answer = client.get(operation.route, {name: wrong})
        assert answer.status_code == 422, wrong
        assert answer.json()["data"]["errors"][0]["loc"] == ["query", name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "name"),
    [(o, n) for o, n, d in RANGES if isinstance(d, SinceFilter)],
    ids=[f"{o.route}?{n}" for o, n, d in RANGES if isinstance(d, SinceFilter)],
)
def test_a_range_that_ends_before_it_begins_is_refused(
    operation: Operation, name: str, client_with: GrantedClient
) -> None:
    end = "end_time" if name == "start_time" else f"{name[:-4]}to"
    client = client_with(is_superuser=True)
    answer = client.get(operation.route, {name: "2026-03-06", end: "2026-03-05"})
    assert answer.status_code == 422
    assert answer.json()["data"]["errors"][0]["loc"] == ["query", end]
    assert client.get(operation.route, {name: "2026-03-05", end: "2026-03-05"}).status_code == 200


def _with_row_at(operation: Operation, column: str) -> None:
    model = _model(operation)
    (row,) = fill(model, 1)
    noon = datetime(2026, 3, 5, 12, 0, 0, 500_000, ZoneInfo("Asia/Shanghai"))
    model._base_manager.filter(pk=row.pk).update(**{column: noon})


def _total(client: Any, operation: Operation, name: str, text: str) -> int:
    answer = client.get(operation.route, {name: text})
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    return int(data["total"]) if isinstance(data, dict) else _count(data)


def _count(nodes: list[Any]) -> int:
    return sum(1 + _count(node.get("children") or []) for node in nodes)


@pytest.mark.parametrize("operation", LISTS, ids=[o.route for o in LISTS])
def test_every_list_has_one_order_that_pages_can_be_cut_from(operation: Operation) -> None:
    """Rows that compare equal come in any order: one could be on two pages, or on none."""
    queryset: Any = operation.view.queryset  # type: ignore[attr-defined] # a resource has one
    order = [str(column).lstrip("-") for column in queryset.query.order_by]
    order = order or [str(column).lstrip("-") for column in _model(operation)._meta.ordering or ()]
    assert order
    last = _model(operation)._meta.get_field("id" if order[-1] == "pk" else order[-1])
    assert last.primary_key or last.unique  # type: ignore[union-attr] # a column, no relation from elsewhere
