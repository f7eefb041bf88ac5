from typing import Any

import pytest

from apps.access.admin.scopes import sentence
from apps.access.models import DataScope
from apps.access.tests.factories import make_role, make_rule, make_scope

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


def test_a_scope_shows_its_rules_its_roles_and_its_state(console_with: Any) -> None:
    scope = make_scope(make_rule(name="bob only"), name="own rows", is_active=False)
    make_role(name="clerks").scopes.add(scope)
    page = console_with("data:scope:list").get(SCOPES).content.decode()
    assert '<span class="at-chip">bob only</span>' in page
    assert "clerks" in page
    assert "at-chip-bad" in page


def test_a_scope_is_made_filled_and_switched(console_with: Any) -> None:
    rule, other = make_rule(), make_rule()
    browser = console_with(*SCOPE_CODES, "data:scope:rule:edit")
    browser.post(f"{SCOPES}add/", {"name": "own", "is_active": "on", "rules": [rule.pk]})
    scope = DataScope.objects.get(name="own")
    assert list(scope.rules.all()) == [rule]
    url = f"{SCOPES}{scope.pk}/change/"
    browser.post(url, {"name": "own", "is_active": "on", "rules": [other.pk]})
    assert list(scope.rules.all()) == [other]
    browser.post(SCOPES, {"action": "disable", "_selected_action": [scope.pk], "confirmed": "1"})
    scope.refresh_from_db()
    assert not scope.is_active
    browser.post(f"{SCOPES}{scope.pk}/delete/", {"post": "yes"})
    assert not DataScope.objects.exists()


def test_whoever_may_not_choose_rules_keeps_them(console_with: Any) -> None:
    scope = make_scope(make_rule(name="bob only"), name="own")
    browser = console_with(*SCOPE_CODES)
    url = f"{SCOPES}{scope.pk}/change/"
    assert "bob only" in browser.get(url).content.decode()
    browser.post(url, {"name": "renamed", "is_active": "on", "rules": []})
    scope.refresh_from_db()
    assert (scope.name, scope.rules.count()) == ("renamed", 1)


def test_a_taken_name_and_a_scope_above_ones_own_are_refused_in_the_form(
    console_with: Any,
) -> None:
    make_scope(name="taken")
    scope = make_scope(make_rule(), name="own")
    make_role().scopes.add(scope)
    browser = console_with(*SCOPE_CODES, "data:scope:rule:edit", scopes=[])
    assert _errors(browser.post(f"{SCOPES}add/", {"name": "taken"})) == ["name"]
    refused = browser.post(f"{SCOPES}{scope.pk}/change/", {"name": "own", "is_active": "on"})
    assert _errors(refused) == ["__all__"]
    assert scope.rules.count() == 1


def test_a_scope_is_tried_for_a_user(console_with: Any, user: Any) -> None:
    scope = make_scope(make_rule("__ALL__", "__created_by__", "${user_id}"))
    browser = console_with("data:scope:list")
    url = f"{SCOPES}{scope.pk}/preview/"
    assert browser.get(url).context["counts"] is None
    counts = browser.get(url, {"user": user.username}).context["counts"]
    assert {found.model: found.visible for found in counts}["User"] == 1
    page = browser.get(url, {"user": "nobody"})
    assert (list(page.context["form"].errors), page.context["counts"]) == (["user"], None)


def test_a_rule_stands_in_one_line() -> None:
    assert sentence(make_rule(name="bob only")) == "bob only (and)"
