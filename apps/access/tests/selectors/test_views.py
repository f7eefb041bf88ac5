from typing import Any

import pytest
from django.apps import apps
from pytest_django import DjangoAssertNumQueries

from apps.access.models import DataRule
from apps.access.selectors.views import facts_of, rules_of_roles, view_of, view_read
from apps.access.tests.factories import make_role, make_rule, make_scope

Department = apps.get_model("organization.Department")
pytestmark = pytest.mark.django_db


def _role(*rules: DataRule, **fields: Any) -> Any:
    role = make_role(**fields)
    role.scopes.add(make_scope(*rules))
    return role


def test_nothing_narrows_the_view_of_superusers_and_of_roles_without_scopes(
    make_user: Any,
) -> None:
    assert view_read(make_user(is_superuser=True))["is_open"]
    both = make_user(roles=[_role(make_rule()), make_role(is_scoped=False)])
    assert view_read(both)["is_open"]


def test_a_disabled_role_opens_and_shows_nothing(make_user: Any) -> None:
    roles = [make_role(is_scoped=False, is_active=False), _role(make_rule(), is_active=False)]
    view = view_read(make_user(roles=roles))
    assert not view["is_open"]
    assert view["roles"] == []


def test_each_role_brings_its_rules_once(make_user: Any) -> None:
    first, second, off = make_rule(), make_rule(), make_rule()
    role = _role(first, second)
    role.scopes.add(make_scope(second))
    role.scopes.add(make_scope(off, is_active=False))
    user = make_user(roles=[role, make_role(), _role(second)])
    assert view_read(user)["roles"] == [
        [facts_of(first), facts_of(second)],
        [],
        [facts_of(second)],
    ]


def test_twenty_rules_of_five_roles_cost_what_one_costs(
    make_user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one = make_user(roles=[_role(make_rule())])
    many = make_user(roles=[_role(*(make_rule() for _i in range(4))) for _j in range(5)])
    for user in (one, many):
        with django_assert_num_queries(3):
            view_read(user)
    assert sum(map(len, view_read(many)["roles"])) == 20


def test_the_departments_are_read_only_for_a_rule_that_asks(
    make_user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    top = Department.objects.create(name="top")
    below = Department.objects.create(name="below", parent=top)
    Department.objects.create(name="beside")
    user = make_user(department=top, roles=[_role(make_rule())])
    assert view_read(user)["departments"] == []
    user.roles.add(_role(make_rule("User", "dept_id", "${dept_and_below}", expression=6)))
    with django_assert_num_queries(4):
        view_read(user)
    view = view_read(user)
    assert view["departments"] == [top.pk, below.pk]
    assert (view["user_id"], view["department_id"]) == (user.pk, top.pk)


def test_the_snapshot_of_a_request_spares_the_database(
    user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user.roles.add(_role(make_rule()))
    user.principal = {"view": view_read(user)}
    with django_assert_num_queries(0):
        assert view_of(user) == user.principal["view"]
    user.principal = None
    with django_assert_num_queries(3):
        view_of(user)


def test_no_role_has_no_rules() -> None:
    assert rules_of_roles([]) == []
