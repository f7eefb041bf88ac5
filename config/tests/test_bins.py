"""Every model that has a bin: what is in it is hidden everywhere else, and can be got at there."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from apps.core.api.bins import BinMixin as BinViewMixin
from apps.core.codes import iter_operations
from apps.core.console import BinMixin
from apps.core.models import BinnedModel
from apps.core.testing.fixtures import GrantedClient
from config.tests.rows import fill

BINNED = [model for model in apps.get_models() if issubclass(model, BinnedModel)]
RANDOM = {"uuid"}
"""Unique columns that nobody chooses: a new row never has the value of one in the bin."""

OTHER_BINS = {"files.Node"}
"""Models with a bin of their own kind: a folder goes there with all that is in it."""

pytestmark = pytest.mark.django_db
each_model = pytest.mark.parametrize("model", BINNED, ids=lambda model: model._meta.label)


def _binned(model: type[BinnedModel]) -> Any:
    row: Any = fill(model, 1)[0]
    row.move_to_bin()
    return row


def _name(relation: Any) -> str:
    """Return by what name a row has its relation, from either side."""
    name: str = relation.get_accessor_name() if relation.auto_created else relation.name
    return name


def test_there_are_models_with_a_bin() -> None:
    assert {model._meta.label for model in BINNED} >= {
        "access.Role",
        "accounts.User",
        "organization.Department",
        "organization.Position",
    }


def test_what_says_that_it_was_deleted_is_a_binned_model() -> None:
    names = [
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith(("apps.", "plugins."))
        and any(column.name == "deleted_at" for column in model._meta.concrete_fields)
        and not issubclass(model, BinnedModel)
    ]
    assert set(names) <= OTHER_BINS


@each_model
def test_rows_in_the_bin_are_hidden_by_default(model: type[BinnedModel]) -> None:
    row = _binned(model)
    assert not model._default_manager.filter(pk=row.pk).exists()
    assert model.bin.get() == row
    assert model._base_manager.get(pk=row.pk) == row
    row.take_out_of_bin()
    assert model._default_manager.get(pk=row.pk) == row
    assert not model.bin.exists()


@each_model
def test_relations_lead_to_no_row_in_the_bin(model: type[BinnedModel]) -> None:
    """Of what points to many of them; a foreign key still finds its row, for logs and restoring."""
    row = _binned(model)
    for relation in model._meta.get_fields():
        if not isinstance(relation, models.ManyToManyField | models.ManyToManyRel):
            continue
        accessor: Any = getattr(row, _name(relation))
        back = _name(relation.remote_field)
        other: Any = accessor.first()
        if other is None:
            other = fill(relation.related_model, 1)[0]
            accessor.add(other)
        assert row not in getattr(other, back).all()
        row.take_out_of_bin()
        assert row in getattr(other, back).all()
        row.move_to_bin()


@each_model
def test_what_is_unique_is_so_among_the_living(model: type[BinnedModel]) -> None:
    unique = [c for c in model._meta.concrete_fields if c.unique and not c.primary_key]
    chosen = {column.name: column.generated for column in unique if column.name not in RANDOM}
    assert chosen
    assert all(chosen.values()), chosen
    row = _binned(model)
    twin: Any = model._base_manager.get(pk=row.pk)
    twin.pk, twin.deleted_at = None, None
    for column in unique:
        if column.name in RANDOM:
            setattr(twin, column.name, column.get_default())
    twin.save(force_insert=True)
    assert model._default_manager.filter(pk=twin.pk).exists()


@each_model
def test_every_bin_has_its_operations_and_its_page(model: type[BinnedModel]) -> None:
    actions = {
        o.action
        for o in iter_operations()
        if issubclass(o.view, BinViewMixin) and o.view.queryset.model is model  # type: ignore[attr-defined] # a resource has one
    }
    assert actions >= {"bin", "restore", "purge", "purge_many"}
    page = admin.site._registry[model]
    assert isinstance(page, BinMixin)
    assert page.restore_fields
    assert page.bin_links


@each_model
def test_a_bin_costs_three_queries_at_most_whatever_is_in_it(
    model: type[BinnedModel], client_with: GrantedClient
) -> None:
    operation = next(
        o
        for o in iter_operations()
        if o.action == "bin" and o.view.queryset.model is model  # type: ignore[attr-defined] # a resource has one
    )
    for row in fill(model, 60):
        row.move_to_bin()
    client = client_with(str(operation.need))
    client.get(operation.route)
    for size in (5, 50):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"{operation.route}?size={size}").json()["data"]
        assert len(answer["items"]) == size
        assert len(queries) <= 3, [query["sql"] for query in queries]
