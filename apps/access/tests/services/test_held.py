from typing import Any

import pytest

from apps.access.errors import NotHeldError
from apps.access.services import roles_assignable
from apps.access.services.held import (
    ensure_all_rows_held,
    ensure_held,
    ensure_role_held,
    ensure_scopes_held,
    held_scope_ids,
    missing_codes,
)
from apps.access.tests.factories import make_button, make_menu, make_role, make_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(user: Any) -> Any:
    """Return a user who holds a:b:c and a:b:d."""
    user.roles.add(make_role(make_button("a:b:c"), make_menu(perms="a:b:d")))
    return user


def test_what_is_missing_is_named_and_sorted(actor: Any) -> None:
    assert missing_codes(actor=actor, codes=["x:y:z", "a:b:c", "a:b:x"]) == ["a:b:x", "x:y:z"]
    with pytest.raises(NotHeldError, match="a:b:x, x:y:z"):
        ensure_held(actor=actor, codes=["x:y:z", "a:b:c", "a:b:x"])
    ensure_held(actor=actor, codes=["a:b:c", "a:b:d"])


def test_superusers_and_commands_hold_everything(user: Any) -> None:
    user.is_superuser = True
    role = make_role(make_button("x:y:z"), is_scoped=False)
    for actor in (user, None):
        ensure_held(actor=actor, codes=["x:y:z"])
        ensure_scopes_held(actor=actor, scopes=[make_scope()])
        ensure_all_rows_held(actor=actor)
        ensure_role_held(actor=actor, role=role)


def test_a_disabled_entry_counts_because_it_may_be_enabled(actor: Any) -> None:
    role = make_role(make_button("x:y:z", is_active=False))
    with pytest.raises(NotHeldError, match="x:y:z"):
        roles_assignable(actor=actor, roles=[role])


def test_a_role_is_assignable_by_whoever_holds_its_codes(actor: Any) -> None:
    within = make_role(make_button("a:b:c"), make_menu())
    beyond = make_role(make_button("a:b:c"), make_button("a:b:x"))
    roles_assignable(actor=actor, roles=[within])
    roles_assignable(actor=actor, roles=[])
    with pytest.raises(NotHeldError, match=r"Missing: a:b:x\."):
        roles_assignable(actor=actor, roles=[within, beyond])


def test_a_role_with_a_scope_is_assignable_by_whoever_holds_the_scope(actor: Any) -> None:
    held, other = make_scope(), make_scope(name="everything")
    actor.roles.get().scopes.add(held)
    first, second = make_role(), make_role()
    first.scopes.add(held)
    second.scopes.add(held, other)
    roles_assignable(actor=actor, roles=[first])
    with pytest.raises(NotHeldError, match="everything"):
        roles_assignable(actor=actor, roles=[second])
    assert held_scope_ids(actor=actor) == {held.pk}


def test_whoever_sees_all_rows_may_give_any_scope(actor: Any) -> None:
    role = make_role()
    role.scopes.add(make_scope())
    actor.roles.add(make_role(is_scoped=False))
    roles_assignable(actor=actor, roles=[role, make_role(is_scoped=False)])
    assert held_scope_ids(actor=actor) is None


def test_whoever_sees_some_rows_may_not_let_others_see_all(actor: Any) -> None:
    with pytest.raises(NotHeldError, match="all rows"):
        roles_assignable(actor=actor, roles=[make_role(is_scoped=False)])
