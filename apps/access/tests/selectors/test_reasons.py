from typing import Any

import pytest

from apps.access.choices import Operator
from apps.access.selectors.reasons import why_code, why_row
from apps.access.tests.factories import (
    make_button,
    make_role,
    make_rule,
    make_scope,
)

pytestmark = pytest.mark.django_db
CODE = "sys:user:edit"


def test_the_roles_and_entries_of_a_code_are_named(make_user: Any) -> None:
    menu = make_button(f"a:b:c,{CODE}")
    role, other = make_role(menu), make_role(make_button("a:b:d"))
    reason = why_code(user=make_user(roles=[role, other]), code=CODE)
    assert reason.is_held
    assert [(way.role, way.menu, way.missing) for way in reason.ways] == [(role, menu, "")]


def test_what_is_disabled_on_the_way_is_named(make_user: Any) -> None:
    off = make_role(make_button(CODE), is_active=False)
    dead = make_role(make_button(CODE, is_active=False))
    reason = why_code(user=make_user(roles=[off, dead]), code=CODE)
    assert not reason.is_held
    assert [way.missing for way in reason.ways] == [
        "The role is disabled.",
        "The menu entry is disabled.",
    ]


def test_superusers_hold_all_and_the_disabled_none(make_user: Any) -> None:
    assert why_code(user=make_user(is_superuser=True), code=CODE).is_held
    assert not why_code(user=make_user(is_superuser=True, is_active=False), code=CODE).is_held
    assert not why_code(user=make_user(), code=CODE).is_held


def test_each_rule_says_what_it_is_about_and_whether_it_is_met(make_user: Any) -> None:
    bob = make_user(username="bob")
    rules = [
        make_rule(value="bob"),
        make_rule(value="cid", operator=Operator.OR),
        make_rule("Dept", "name", "x"),
        make_rule(column="gone"),
    ]
    scope = make_scope(*rules[:3])
    role, shut = make_role(), make_role()
    role.scopes.add(scope)
    shut.scopes.add(make_scope(*rules))
    reason = why_row(user=make_user(roles=[role, shut]), row=bob)
    assert reason.is_seen
    first, second = reason.roles
    assert (first.role, first.is_shown, second.is_shown) == (role, True, False)
    assert [(r.rule, r.scope, r.is_fitting, r.is_met) for r in first.rules] == [
        (rules[0], scope, True, True),
        (rules[1], scope, True, False),
        (rules[2], scope, False, False),
    ]
    assert (second.rules[3].is_fitting, second.rules[3].is_met) == (True, False)


def test_no_role_no_row_but_what_forms_choose_from(make_user: Any) -> None:
    bob, role = make_user(username="bob"), make_role()
    assert not why_row(user=bob, row=bob).is_seen
    assert why_row(user=bob, row=role).is_seen
    assert why_row(user=make_user(is_superuser=True), row=bob).is_seen
    assert why_row(user=bob, row=make_rule()).is_seen


def test_a_role_that_shows_all_is_named(make_user: Any) -> None:
    role, off = make_role(is_scoped=False), make_role(is_scoped=False, is_active=False)
    user = make_user(roles=[role, off])
    reason = why_row(user=user, row=user)
    assert [(found.role, found.is_shown) for found in reason.roles] == [(role, True), (off, False)]
