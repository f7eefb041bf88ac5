from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.migrations.writer import MigrationWriter

from apps.core.context import RequestContext, enter_context, leave_context
from apps.core.models import ActorField

pytestmark = pytest.mark.django_db


def _position(**fields: Any) -> Any:
    fields.setdefault("name", "a")
    return apps.get_model("organization.Position").objects.create(code="a", **fields)


@pytest.fixture
def as_seven() -> Iterator[None]:
    before = enter_context(RequestContext(request_id="r", user_id=7))
    yield
    leave_context(before)


def test_a_row_that_was_never_changed_has_no_moment_of_change() -> None:
    made = _position()
    assert made.created_at is not None
    assert made.updated_at is None
    made.save()
    assert made.updated_at > made.created_at


@pytest.mark.usefixtures("as_seven")
def test_a_row_knows_who_made_and_who_changed_it() -> None:
    made = _position()
    assert (made.created_by_id, made.updated_by_id) == (7, None)
    before = enter_context(RequestContext(request_id="r", user_id=8))
    made.save()
    leave_context(before)
    made.refresh_from_db()
    assert (made.created_by_id, made.updated_by_id) == (7, 8)


def test_a_command_leaves_the_last_known_actor_in_place() -> None:
    made = _position()
    assert made.created_by_id is None
    made.updated_by_id = 9
    made.save()
    assert made.updated_by_id == 9


def test_an_actor_is_written_to_migrations_as_it_was_declared() -> None:
    text, _imports = MigrationWriter.serialize(ActorField("changed by", on_change=True))
    assert "on_change=True" in text
    assert "on_change" not in MigrationWriter.serialize(ActorField("made by"))[0]


def test_a_row_moves_to_the_bin_and_out_of_it_unchanged(user: Any) -> None:
    row = _position(name="cook")
    before = enter_context(RequestContext(request_id="r", user_id=user.pk))
    row.move_to_bin()
    leave_context(before)
    found = type(row).bin.get()
    assert (found.deleted_by_id, found.deleted_by, found.updated_at) == (user.pk, "ann", None)
    found.take_out_of_bin()
    assert (found.deleted_at, found.deleted_by_id, found.updated_at) == (None, None, None)


def test_a_row_that_returns_with_another_name_was_changed() -> None:
    row = _position(name="cook")
    row.move_to_bin()
    row.take_out_of_bin(name="chef")
    row.refresh_from_db()
    assert (row.name, row.updated_at is None) == ("chef", False)


def test_the_name_of_whoever_deleted_is_known_even_when_they_are_in_the_bin(user: Any) -> None:
    row = _position(name="cook")
    row.move_to_bin()
    type(row)._base_manager.update(deleted_by_id=user.pk)
    user.move_to_bin()
    assert type(row).bin.get().deleted_by == "ann"
    user.delete()
    assert type(row).bin.get().deleted_by is None
