from typing import Any

import pytest

from apps.access.admin.rules import model_label
from apps.access.models import DataRule
from apps.access.tests.factories import make_rule

pytestmark = pytest.mark.django_db
RULES, SCOPES = "/admin/access/datarule/", "/admin/access/datascope/"
RULE_CODES = ("data:rule:list", "data:rule:add", "data:rule:edit", "data:rule:del")
SCOPE_CODES = ("data:scope:list", "data:scope:add", "data:scope:edit", "data:scope:del")
GIVEN = {
    "name": "mine",
    "model": "User",
    "column": "status",
    "expression": 0,
    "value": "1",
    "operator": 0,
}


def _errors(answer: Any) -> list[str]:
    return list(answer.context["adminform"].form.errors)


def test_a_rule_is_made_changed_and_deleted(console_with: Any) -> None:
    browser = console_with(*RULE_CODES)
    browser.post(f"{RULES}add/", GIVEN)
    rule = DataRule.objects.get(name="mine")
    url = f"{RULES}{rule.pk}/change/"
    browser.post(url, {**GIVEN, "value": "0"})
    rule.refresh_from_db()
    assert rule.value == "0"
    page = browser.get(RULES).content.decode()
    assert "Users" in page
    browser.post(f"{RULES}{rule.pk}/delete/", {"post": "yes"})
    assert not DataRule.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "taken"}, "name"),
        ({"model": "Session"}, "model"),
        ({"column": "password"}, "column"),
        ({"column": "name"}, "column"),
        ({"value": "maybe"}, "value"),
        ({"expression": 9}, "expression"),
    ],
)
def test_a_bad_rule_is_shown_at_its_field(
    console_with: Any, change: dict[str, Any], field: str
) -> None:
    make_rule(name="taken")
    answer = console_with(*RULE_CODES).post(f"{RULES}add/", {**GIVEN, **change})
    assert _errors(answer) == [field]
    assert DataRule.objects.count() == 1


def test_whoever_may_only_look_sees_a_rule(console_with: Any) -> None:
    rule = make_rule(value="bob")
    browser = console_with("data:rule:list")
    page = browser.get(f"{RULES}{rule.pk}/change/").content.decode()
    assert "bob" in page
    assert browser.post(f"{RULES}add/", GIVEN).status_code == 403


def test_models_are_called_as_people_call_them() -> None:
    assert model_label("__ALL__") == "All models"
    assert model_label("Dept") == "Departments"
    assert model_label("Gone") == "Gone"


def test_a_rule_is_tried_while_it_is_typed(console_with: Any) -> None:
    browser = console_with(*RULE_CODES)
    for change, is_valid in (
        ({}, True),
        ({"value": "maybe"}, False),
        ({"column": "password"}, False),
        ({"model": "Nothing"}, False),
        ({"expression": "x"}, False),
        ({"value": "${now}"}, False),
    ):
        found = browser.get(f"{RULES}check/", {**GIVEN, **change}).json()
        assert found["is_valid"] is is_valid
        assert found["text"]
    assert browser.get(f"{RULES}check/").json()["is_valid"] is False
    assert console_with("data:rule:list").get(f"{RULES}check/", GIVEN).status_code == 403
