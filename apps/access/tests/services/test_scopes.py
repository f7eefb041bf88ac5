from typing import Any

import pytest

from apps.access.errors import NotHeldError, ScopeNameTakenError
from apps.access.models import DataScope
from apps.access.services.scopes import (
    scope_create,
    scope_set_rules,
    scope_update,
    scopes_delete,
    scopes_set_active,
)
from apps.access.tests.factories import make_role, make_rule, make_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def used() -> DataScope:
    """A scope that a role has."""
    scope = make_scope(make_rule(), name="used")
    make_role().scopes.add(scope)
    return scope


def test_a_scope_is_made_without_rules() -> None:
    scope = scope_create(name="mine", is_active=False)
    assert (scope.name, scope.is_active, scope.rules.count()) == ("mine", False, 0)


def test_names_are_unique(used: DataScope) -> None:
    other = scope_create(name="other")
    with pytest.raises(ScopeNameTakenError):
        scope_create(name="used")
    with pytest.raises(ScopeNameTakenError):
        scope_update(actor=None, scope=other, name="used")
    scope_update(actor=None, scope=used, name="used")


def test_the_rules_of_a_scope_are_replaced_and_emptied() -> None:
    scope = make_scope(make_rule())
    wanted = [make_rule(), make_rule()]
    scope_set_rules(actor=None, scope=scope, rules=wanted)
    assert list(scope.rules.all()) == wanted
    scope_set_rules(actor=None, scope=scope, rules=[])
    assert not scope.rules.exists()


def test_whoever_sees_by_scopes_changes_none_that_roles_have(
    make_user: Any, used: DataScope
) -> None:
    actor = make_user(roles=[make_role()])
    free = make_scope()
    scope_set_rules(actor=actor, scope=free, rules=[make_rule()])
    scopes_set_active(actor=actor, scopes=[free], is_active=False)
    scope_update(actor=actor, scope=used, name="renamed")
    scope_set_rules(actor=actor, scope=used, rules=used.rules.all())
    with pytest.raises(NotHeldError):
        scope_set_rules(actor=actor, scope=used, rules=[])
    with pytest.raises(NotHeldError):
        scopes_set_active(actor=actor, scopes=[used], is_active=False)
    with pytest.raises(NotHeldError):
        scopes_delete(actor=actor, scopes=[free, used])
    assert DataScope.objects.count() == 2


def test_a_scope_that_is_gone_is_gone_from_its_roles(make_user: Any, used: DataScope) -> None:
    role = used.roles.get()
    scopes_delete(actor=make_user(roles=[make_role(is_scoped=False)]), scopes=[used])
    assert not role.scopes.through.objects.exists()
    assert not DataScope.rules.through.objects.exists()
