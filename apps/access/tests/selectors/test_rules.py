from typing import Any

import pytest
from django.apps import apps

from apps.access.choices import Expression, Operator
from apps.access.selectors.rules import condition_of
from apps.access.selectors.views import RuleFacts, View
from apps.core.scopes import Scoped

User = apps.get_model("accounts.User")
Department = apps.get_model("organization.Department")
Position = apps.get_model("organization.Position")
pytestmark = pytest.mark.django_db
OR = Operator.OR
NAMES = ["ann", "bob", "cid"]


def _rule(
    column: str,
    value: str,
    expression: int = Expression.EQUAL,
    operator: int = Operator.AND,
    model: str = "User",
) -> RuleFacts:
    return {
        "model": model,
        "column": column,
        "operator": operator,
        "expression": expression,
        "value": value,
    }


def _shown(*roles: list[RuleFacts], model: Any = User, **view: Any) -> list[str]:
    """Return the names of the rows that the rules show."""
    scoped: Scoped = model.scoped
    seen: View = {
        "is_open": False,
        "roles": list(roles),
        "user_id": 0,
        "department_id": None,
        "departments": [],
        **view,  # type: ignore[typeddict-item] # the tests know its keys
    }
    condition = condition_of(seen, model, scoped)
    rows = model.objects.all() if condition is None else model.objects.filter(condition)
    name = "username" if model is User else "name"
    return sorted(rows.values_list(name, flat=True))


@pytest.fixture(autouse=True)
def _people(make_user: Any) -> None:
    """ann and bob belong to a department, cid to none; bob is a superuser without e-mail."""
    place = Department.objects.create(name="place")
    ann = make_user(username="ann", department=place, email="ann@example.com")
    bob = make_user(username="bob", department=place, is_superuser=True)
    make_user(username="cid", email="cid@example.com")
    User.objects.filter(pk=bob.pk).update(created_by_id=ann.pk)


def _pk(name: str) -> int:
    found: int = User.objects.get(username=name).pk
    return found


# How rules are joined


def test_an_open_view_shows_all() -> None:
    assert _shown([_rule("username", "ann")], is_open=True) == NAMES


def test_nobody_sees_anything_without_a_rule() -> None:
    assert _shown() == []
    assert _shown([]) == []


def test_rules_of_a_role_joined_by_and_must_all_fit() -> None:
    assert _shown([_rule("username", "ann"), _rule("status", "1")]) == ["ann"]
    assert _shown([_rule("username", "ann"), _rule("status", "0")]) == []


def test_one_rule_joined_by_or_is_enough() -> None:
    rules = [_rule("username", "ann"), _rule("username", "bob", operator=OR)]
    assert _shown(rules) == ["ann", "bob"]
    both = [_rule("username", "ann", operator=OR), _rule("username", "cid", operator=OR)]
    assert _shown(both) == ["ann", "cid"]


def test_all_that_are_joined_by_and_stand_beside_each_that_is_joined_by_or() -> None:
    rules = [
        _rule("username", "ann"),
        _rule("username", "bob", operator=OR),
        _rule("status", "0"),
    ]
    assert _shown(rules) == ["bob"]


def test_roles_add_up() -> None:
    assert _shown([_rule("username", "ann")], [_rule("username", "cid")]) == ["ann", "cid"]
    assert _shown([_rule("username", "ann")], []) == ["ann"]


# What does not fit


def test_rules_for_other_models_show_nothing() -> None:
    assert _shown([_rule("name", "place", model="Dept")]) == []


def test_a_rule_beside_those_for_other_models_counts_alone() -> None:
    rules = [_rule("name", "nowhere", model="Dept"), _rule("username", "ann")]
    assert _shown(rules) == ["ann"]


@pytest.mark.parametrize(
    "rule",
    [
        _rule("password", "x"),
        _rule("no_such", "x"),
        _rule("status", "perhaps"),
        _rule("dept_id", "${dept_id}"),
        _rule("dept_id", "${dept_id}", Expression.NOT_EQUAL),
        _rule("dept_id", "${dept_and_below}", Expression.NOT_IN),
    ],
)
def test_a_rule_that_cannot_be_evaluated_shows_nothing(rule: RuleFacts) -> None:
    assert _shown([rule]) == []
    assert _shown([rule, _rule("username", "ann")]) == []
    assert _shown([rule, _rule("username", "ann", operator=OR)]) == ["ann"]


def test_a_rule_for_all_models_is_passed_over_where_there_is_no_such_column() -> None:
    rule = _rule("code", "x", model="__ALL__")
    assert _shown([rule]) == []
    assert _shown([rule, _rule("username", "ann")]) == ["ann"]


# Rows that forms choose from


def test_reference_rows_are_shown_until_a_rule_names_them() -> None:
    Position.objects.create(name="chief", code="c")
    Position.objects.create(name="clerk", code="k")
    mine = _rule("__created_by__", "${user_id}", model="__ALL__")
    named = _rule("code", "k", model="Position")
    assert _shown([], model=Position) == ["chief", "clerk"]
    assert _shown([mine], model=Position) == ["chief", "clerk"]
    assert _shown([mine, named], model=Position) == ["clerk"]
    assert _shown([named], [mine], model=Position) == ["chief", "clerk"]
    assert _shown([_rule("gone", "k", model="Position")], model=Position) == []


# Comparisons


@pytest.mark.parametrize(
    ("column", "expression", "value", "expected"),
    [
        ("username", Expression.EQUAL, "ann", ["ann"]),
        ("username", Expression.NOT_EQUAL, "ann", ["bob", "cid"]),
        ("username", Expression.GREATER, "bob", ["cid"]),
        ("username", Expression.GREATER_OR_EQUAL, "bob", ["bob", "cid"]),
        ("username", Expression.LESS, "bob", ["ann"]),
        ("username", Expression.LESS_OR_EQUAL, "bob", ["ann", "bob"]),
        ("username", Expression.IN, "ann, cid", ["ann", "cid"]),
        ("username", Expression.NOT_IN, "ann, cid", ["bob"]),
        ("is_superuser", Expression.EQUAL, "0", ["ann", "cid"]),
        ("is_superuser", Expression.NOT_EQUAL, "1", ["ann", "cid"]),
        ("email", Expression.NOT_EQUAL, "ann@example.com", ["bob", "cid"]),
        ("email", Expression.NOT_IN, "ann@example.com", ["bob", "cid"]),
        ("email", Expression.LESS, "b", ["ann"]),
        ("join_time", Expression.LESS, "${now}", NAMES),
        ("join_time", Expression.GREATER, "2001-01-01", NAMES),
        ("last_login_time", Expression.LESS, "${now}", []),
        ("dept_id", Expression.NOT_EQUAL, "0", NAMES),
    ],
)
def test_each_expression_compares(
    column: str, expression: int, value: str, expected: list[str]
) -> None:
    assert _shown([_rule(column, value, expression)]) == expected


def test_a_user_is_their_own_row_and_of_whoever_made_them() -> None:
    own = _rule("__created_by__", "${user_id}", model="__ALL__")
    assert _shown([own], user_id=_pk("ann")) == ["ann", "bob"]
    other = _rule("__created_by__", "${user_id}", Expression.NOT_EQUAL, model="__ALL__")
    assert _shown([other], user_id=_pk("ann")) == ["cid"]


def test_the_department_of_a_department_is_itself() -> None:
    place = Department.objects.get(name="place")
    Department.objects.create(name="other")
    rule = _rule("__dept_id__", "${dept_id}", model="__ALL__")
    assert _shown([rule], model=Department, department_id=place.pk) == ["place"]
    assert _shown([rule], department_id=place.pk) == ["ann", "bob"]
