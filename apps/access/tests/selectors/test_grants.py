from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.access.selectors import (
    all_codes,
    codes_of_roles,
    grants_of,
    is_unscoped,
    scope_ids_of,
    split_codes,
)
from apps.access.services.menus import menu_update
from apps.access.tests.factories import make_button, make_menu, make_role, make_scope

pytestmark = pytest.mark.django_db


def test_codes_are_split_trimmed_and_counted_once() -> None:
    assert split_codes(["a:b:c, a:b:d", "", ",a:b:c,"]) == {"a:b:c", "a:b:d"}


def test_grants_add_up_over_the_active_roles(user: Any) -> None:
    first = make_role(make_button("a:b:c"), name="first")
    second = make_role(make_button("a:b:c"), make_menu(perms="a:b:d,a:b:e"), name="second")
    off = make_role(make_button("a:b:f"), name="off", is_active=False)
    user.roles.set([first, second, off])
    grants = grants_of(user.pk)
    assert grants.role_ids == [first.pk, second.pk]
    assert grants.role_names == ["first", "second", "off"]
    assert grants.codes == {"a:b:c", "a:b:d", "a:b:e"}
    assert not grants.are_all_disabled


def test_a_user_whose_roles_are_all_disabled_is_told_apart(
    user: Any, make_user: Callable[..., Any]
) -> None:
    user.roles.add(make_role(make_button("a:b:c"), is_active=False))
    grants = grants_of(user.pk)
    assert grants.are_all_disabled
    assert grants.codes == frozenset()
    assert not grants_of(make_user().pk).are_all_disabled


def test_disabled_and_retired_entries_grant_nothing() -> None:
    role = make_role(make_button("a:b:c", is_active=False), make_button("a:b:d", is_retired=True))
    assert codes_of_roles([role.pk]) == frozenset()
    assert codes_of_roles([]) == frozenset()


def test_all_codes_follow_the_menus_at_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_menu(perms="z:b:list")
    button = make_button("a:b:c", parent=make_menu())
    assert all_codes() == ["a:b:c", "z:b:list"]
    with django_assert_num_queries(0):
        all_codes()
    menu_update(actor=None, menu=button, is_active=False)
    assert all_codes() == ["z:b:list"]


def test_scopes_come_from_active_roles(user: Any) -> None:
    kept, other = make_scope(), make_scope()
    role, off = make_role(), make_role(is_active=False)
    role.scopes.add(kept)
    off.scopes.add(other)
    user.roles.set([role, off])
    assert scope_ids_of(user.pk) == {kept.pk}


def test_one_active_role_without_scopes_shows_all_rows(user: Any) -> None:
    user.roles.add(make_role(), make_role(is_scoped=False, is_active=False))
    assert not is_unscoped(user.pk)
    user.roles.add(make_role(is_scoped=False))
    assert is_unscoped(user.pk)
