from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.access.backends import RoleMenuBackend
from apps.access.tests.factories import make_button, make_role

pytestmark = pytest.mark.django_db


def test_a_user_read_from_the_database_is_asked_for_once(
    user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user.roles.add(make_role(make_button("a:b:c")))
    with django_assert_num_queries(2):
        assert user.has_perm("a:b:c")
        assert not user.has_perm("a:b:d")


def test_a_snapshot_costs_nothing(
    user: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user.granted_codes = frozenset({"a:b:c"})
    with django_assert_num_queries(0):
        assert RoleMenuBackend().has_perm(user, "a:b:c")
        assert not RoleMenuBackend().has_perm(user, "a:b:d")
