from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access.errors import NotHeldError, RoleNameTakenError, RoleRestoreNameError
from apps.access.models import Role
from apps.access.selectors import grants_of, scope_ids_of
from apps.access.services.roles import (
    role_create,
    role_restore,
    role_set_menus,
    role_set_scopes,
    role_update,
    roles_delete,
    roles_purge,
    roles_set_active,
)
from apps.access.tests.factories import make_button, make_menu, make_role, make_scope
from apps.core.testing.fixtures import GrantedClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(user: Any) -> Any:
    """Return a user who holds a:b:c and sees only some rows."""
    user.roles.add(make_role(make_button("a:b:c")))
    return user


def test_role_names_are_unique() -> None:
    clerk = role_create(actor=None, name="clerk")
    with pytest.raises(RoleNameTakenError):
        role_create(actor=None, name="clerk")
    other = role_create(actor=None, name="other")
    with pytest.raises(RoleNameTakenError):
        role_update(actor=None, role=other, name="clerk")
    assert role_update(actor=None, role=clerk, name="clerk", remark="x").remark == "x"


def test_the_database_itself_refuses_a_second_name() -> None:
    Role.objects.create(name="clerk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(name="clerk")


def test_only_whoever_sees_all_rows_makes_a_role_that_does(actor: Any) -> None:
    role = role_create(actor=actor, name="scoped")
    with pytest.raises(NotHeldError):
        role_create(actor=actor, name="all", is_scoped=False)
    with pytest.raises(NotHeldError):
        role_update(actor=actor, role=role, is_scoped=False)
    actor.roles.add(make_role(is_scoped=False))
    assert role_update(actor=actor, role=role, is_scoped=False).is_scoped is False


def test_only_whoever_holds_its_codes_switches_a_role(actor: Any) -> None:
    mine = make_role(make_button("a:b:c"))
    theirs = make_role(make_button("x:y:z"))
    roles_set_active(actor=actor, roles=[mine], is_active=False)
    with pytest.raises(NotHeldError):
        roles_set_active(actor=actor, roles=[mine, theirs], is_active=False)
    role_update(actor=actor, role=theirs, name="renamed", is_active=True)
    theirs.refresh_from_db()
    assert (theirs.is_active, theirs.name) == (True, "renamed")


def test_a_role_in_the_bin_grants_nothing_and_returns_with_all_it_had(actor: Any) -> None:
    scope = make_scope()
    held = make_role(make_button("x:y:z"), name="held")
    held.scopes.add(scope)
    actor.roles.add(held)
    assert "x:y:z" in grants_of(actor.pk).codes
    roles_delete(actor=None, roles=[held])
    assert not Role.objects.filter(pk=held.pk).exists()
    assert "x:y:z" not in grants_of(actor.pk).codes
    assert scope.pk not in scope_ids_of(actor.pk)
    assert held not in actor.roles.all()
    held = role_restore(actor=None, role=Role.bin.get(pk=held.pk))
    assert "x:y:z" in grants_of(actor.pk).codes
    assert scope.pk in scope_ids_of(actor.pk)
    assert (held.deleted_at, list(held.users.all())) == (None, [actor])


def test_roles_that_somebody_chooses_meanwhile_leave_one_in_the_bin_alone(actor: Any) -> None:
    binned, other = make_role(), make_role()
    actor.roles.set([binned])
    roles_delete(actor=None, roles=[binned])
    actor.roles.set([other])
    role_restore(actor=None, role=binned)
    assert set(actor.roles.all()) == {binned, other}


def test_a_name_that_was_taken_meanwhile_is_told_and_another_one_helps() -> None:
    old = make_role(name="editors")
    roles_delete(actor=None, roles=[old])
    make_role(name="editors")
    with pytest.raises(RoleRestoreNameError, match="editors") as refusal:
        role_restore(actor=None, role=old)
    assert refusal.value.reason == RoleNameTakenError.reason
    role_restore(actor=None, role=old, name="old editors")
    assert set(Role.objects.values_list("name", flat=True)) == {"editors", "old editors"}


def test_a_role_above_the_actor_is_neither_restored_nor_purged(actor: Any) -> None:
    role = make_role(make_button("x:y:z"))
    roles_delete(actor=None, roles=[role])
    with pytest.raises(NotHeldError):
        role_restore(actor=actor, role=role)
    with pytest.raises(NotHeldError):
        roles_purge(actor=actor, roles=[role])
    roles_purge(actor=None, roles=[role])
    assert not Role._base_manager.filter(pk=role.pk).exists()


def test_a_role_above_the_actor_is_not_deleted(actor: Any) -> None:
    role = make_role(make_button("x:y:z"))
    with pytest.raises(NotHeldError):
        roles_delete(actor=actor, roles=[role])
    roles_delete(actor=None, roles=[role])
    assert not Role.objects.filter(pk=role.pk).exists()


def test_an_entry_brings_those_above_it() -> None:
    top = make_menu(kind=0)
    page = make_menu(parent=top)
    button = make_button("x:y:z", parent=page)
    role = role_set_menus(actor=None, role=make_role(), menus=[button])
    assert set(role.menus.all()) == {top, page, button}
    role_set_menus(actor=None, role=role, menus=[])
    assert not role.menus.exists()


def test_nobody_gives_what_they_do_not_hold(actor: Any) -> None:
    role = make_role()
    with pytest.raises(NotHeldError, match="x:y:z"):
        role_set_menus(actor=actor, role=role, menus=[make_button("x:y:z")])
    assert not role.menus.exists()
    role_set_menus(actor=actor, role=role, menus=[make_button("a:b:c"), make_menu()])
    assert role.menus.count() == 2


def test_the_page_above_a_button_is_not_given_by_the_back_door(actor: Any) -> None:
    page = make_menu(perms="a:b:list")
    with pytest.raises(NotHeldError, match="a:b:list"):
        role_set_menus(actor=actor, role=make_role(), menus=[make_button("a:b:c", parent=page)])


def test_what_the_actor_does_not_hold_stays(actor: Any) -> None:
    mine, theirs = make_button("a:b:c"), make_button("x:y:z", parent=make_menu())
    role = make_role(mine, theirs)
    role_set_menus(actor=actor, role=role, menus=[])
    assert set(role.menus.all()) == {theirs, theirs.parent}
    role_set_menus(actor=actor, role=role, menus=[theirs, mine])
    assert set(role.menus.all()) == {mine, theirs, theirs.parent}


def test_a_retired_entry_stays_for_its_return() -> None:
    retired = make_button("x:y:z", is_retired=True)
    role = make_role(retired)
    role_set_menus(actor=None, role=role, menus=[])
    assert list(role.menus.all()) == [retired]


def test_scopes_are_given_taken_and_kept_by_the_same_rule(actor: Any) -> None:
    mine, theirs, other = make_scope(), make_scope(), make_scope(name="other")
    actor.roles.get().scopes.add(mine)
    role = make_role()
    role.scopes.add(theirs)
    role_set_scopes(actor=actor, role=role, scopes=[mine])
    assert set(role.scopes.all()) == {mine, theirs}
    with pytest.raises(NotHeldError, match="other"):
        role_set_scopes(actor=actor, role=role, scopes=[mine, theirs, other])
    role_set_scopes(actor=actor, role=role, scopes=[])
    assert set(role.scopes.all()) == {theirs}
    role_set_scopes(actor=None, role=role, scopes=[])
    assert not role.scopes.exists()


def test_a_role_sees_what_its_maker_sees_unless_it_is_said(client_with: GrantedClient) -> None:
    boss = client_with(is_superuser=True).user  # type: ignore[attr-defined] # set by the fixture
    narrowed = client_with("sys:role:add", scopes=[]).user  # type: ignore[attr-defined] # set by the fixture
    assert not role_create(actor=boss, name="open").is_scoped
    assert role_create(actor=boss, name="narrowed", is_scoped=True).is_scoped
    assert role_create(actor=narrowed, name="as narrow").is_scoped
