from typing import Any

import pytest

from apps.access.choices import Expression
from apps.access.errors import NotHeldError, RuleNameTakenError
from apps.access.models import DataRule
from apps.access.services.rules import rule_check, rule_create, rule_update, rules_delete
from apps.access.tests.factories import make_role, make_rule, make_scope
from apps.core.errors import InvalidInputError

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "name": "mine",
    "model": "User",
    "column": "status",
    "operator": 0,
    "expression": 0,
    "value": "0",
}


def test_a_rule_is_made_as_given() -> None:
    rule = rule_create(**GIVEN)
    stored = DataRule.objects.get(pk=rule.pk)
    assert {name: getattr(stored, name) for name in GIVEN} == GIVEN


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model": "Users"}, "model"),
        ({"model": "DataRule"}, "model"),
        ({"model": "Session"}, "model"),
        ({"column": "password"}, "column"),
        ({"column": "is_active"}, "column"),
        ({"model": "__ALL__", "column": "status"}, "column"),
        ({"model": "Role", "column": "__dept_id__"}, "column"),
        ({"value": "perhaps"}, "value"),
        ({"expression": Expression.LESS}, "value"),
        ({"column": "dept_id", "value": "here"}, "value"),
        ({"column": "dept_id", "value": "${dept_and_below}"}, "value"),
        ({"column": "join_time", "value": "soon"}, "value"),
        ({"model": "__ALL__", "column": "__dept_id__", "value": "x"}, "value"),
        ({"column": "username", "value": "${now}"}, "value"),
        ({"column": "username", "value": "${password}"}, "value"),
    ],
)
def test_a_rule_that_could_not_be_evaluated_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        rule_create(**{**GIVEN, **changes})
    assert refused.value.field == field
    assert not DataRule.objects.exists()
    rule = rule_create(**GIVEN)
    with pytest.raises(InvalidInputError):
        rule_update(actor=None, rule=rule, **changes)


def test_names_are_unique() -> None:
    rule = rule_create(**GIVEN)
    other = rule_create(**{**GIVEN, "name": "other"})
    with pytest.raises(RuleNameTakenError):
        rule_create(**GIVEN)
    with pytest.raises(RuleNameTakenError):
        rule_update(actor=None, rule=other, name="mine")
    rule_update(actor=None, rule=rule, name="mine")


def test_whoever_sees_by_rules_changes_none_that_is_in_use(make_user: Any) -> None:
    free, used = make_rule(), make_rule()
    role = make_role()
    role.scopes.add(make_scope(used))
    actor = make_user(roles=[role])
    rule_update(actor=actor, rule=free, value="bob")
    rule_update(actor=actor, rule=used, name="another name")
    with pytest.raises(NotHeldError):
        rule_update(actor=actor, rule=used, value="bob")
    with pytest.raises(NotHeldError):
        rules_delete(actor=actor, rules=[free, used])
    assert DataRule.objects.count() == 2
    rules_delete(actor=actor, rules=[free])
    opened = make_user(roles=[make_role(is_scoped=False)])
    rules_delete(actor=opened, rules=[used])
    assert not DataRule.objects.exists()


def test_a_rule_that_is_gone_is_gone_from_its_scopes() -> None:
    rule, kept = make_rule(), make_rule()
    scope = make_scope(rule, kept)
    rules_delete(actor=None, rules=[rule])
    assert scope.rules.through.objects.get().datarule_id == kept.pk


def test_a_rule_of_a_plugin_that_left_may_still_be_renamed() -> None:
    rule = make_rule(model="Gone")
    rule_update(actor=None, rule=rule, name="left behind")
    with pytest.raises(InvalidInputError):
        rule_check(rule=rule)
