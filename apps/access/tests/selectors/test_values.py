from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from apps.access.choices import Expression
from apps.access.selectors.values import UnfitError, parsed, values_in
from apps.access.selectors.views import View
from apps.core.scopes import column_at

User = apps.get_model("accounts.User")
Department = apps.get_model("organization.Department")
VIEW: View = {
    "is_open": False,
    "roles": [],
    "user_id": 7,
    "department_id": 3,
    "departments": [3, 4],
    "shares": {},
}
EQUAL, IN, LESS = Expression.EQUAL, Expression.IN, Expression.LESS


def _values(text: str, path: str, expression: int = EQUAL, view: View = VIEW) -> list[Any]:
    return values_in(text, column=column_at(User, path), expression=expression, view=view)


@pytest.mark.parametrize(
    ("text", "path", "expression", "expected"),
    [
        ("0", "is_active", EQUAL, [False]),
        ("false", "is_active", EQUAL, [False]),
        ("False", "is_active", EQUAL, [False]),
        ("1", "is_active", EQUAL, [True]),
        (" true ", "is_active", EQUAL, [True]),
        ("1,0", "is_active", IN, [True, False]),
        ("12", "department_id", EQUAL, [12]),
        ("-1, 2", "department_id", IN, [-1, 2]),
        ("a,b", "username", EQUAL, ["a,b"]),
        ("a , b", "username", IN, ["a", "b"]),
        ("' OR 1=1 --", "username", EQUAL, ["' OR 1=1 --"]),
        ("${user_id}", "id", EQUAL, [7]),
        ("${dept_id}", "department_id", EQUAL, [3]),
        ("${dept_and_below}", "department_id", IN, [3, 4]),
        ("${dept_and_below}, 9", "department_id", IN, [3, 4, 9]),
    ],
)
def test_a_text_becomes_what_the_column_holds(
    text: str, path: str, expression: int, expected: list[Any]
) -> None:
    found = _values(text, path, expression)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("text", "path", "expression"),
    [
        ("yes", "is_active", EQUAL),
        ("", "is_active", EQUAL),
        ("1", "is_active", LESS),
        ("one", "department_id", EQUAL),
        ("", "department_id", EQUAL),
        ("1.5", "department_id", EQUAL),
        ("1_000", "department_id", EQUAL),
        ("--1", "department_id", EQUAL),
        ("1,", "department_id", IN),
        (",", "username", IN),
        (str(2**63), "department_id", EQUAL),
        ("9" * 200, "department_id", EQUAL),
        ("yesterday", "joined_at", LESS),
        ("2026-13-01", "joined_at", LESS),
        ("a\x00b", "username", EQUAL),
        ("${user_id}", "username", EQUAL),
        ("${user_id}", "is_active", EQUAL),
        ("${dept_and_below}", "department_id", EQUAL),
        ("${now}", "department_id", EQUAL),
        ("${now}", "username", EQUAL),
        ("${secret_key}", "department_id", EQUAL),
        ("${user_id", "department_id", EQUAL),
    ],
)
def test_what_does_not_fit_is_refused(text: str, path: str, expression: int) -> None:
    with pytest.raises(UnfitError):
        _values(text, path, expression)


def test_moments_are_the_sites(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    expected = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
    for text in ("2026-06-01 00:00:00", "2026-06-01", "2026-05-31T16:00:00Z"):
        assert parsed(text, column_at(User, "joined_at")) == expected


def test_now_is_the_moment_of_the_question() -> None:
    before = timezone.now()
    (found,) = _values("${now}", "joined_at", LESS)
    assert before <= found <= before + timedelta(minutes=1)
    today = values_in("${now}", column=models.DateField(), expression=EQUAL, view=VIEW)
    assert today == [timezone.localdate()]


def test_nobody_belongs_to_the_department_of_whoever_has_none() -> None:
    homeless: View = {**VIEW, "department_id": None, "departments": []}
    column = column_at(Department, "pk")
    for text in ("${dept_id}", "${dept_and_below}"):
        assert values_in(text, column=column, expression=IN, view=homeless) == []
