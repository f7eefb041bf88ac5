from typing import Any

import pytest

from apps.access.models import DataRule, DataScope

pytestmark = pytest.mark.django_db


def test_a_scope_shows_the_names_of_its_rules(console_with: Any) -> None:
    rule = DataRule.objects.create(name="mine", model="User", column="id", expression=0, value="1")
    scope = DataScope.objects.create(name="own rows", is_active=False)
    scope.rules.add(rule)
    page = console_with(is_superuser=True).get("/admin/access/datascope/").content.decode()
    assert '<span class="at-chip">mine</span>' in page
    assert "at-chip-bad" in page


def test_a_scope_is_saved_with_its_rules(console_with: Any) -> None:
    rule = DataRule.objects.create(name="mine", model="User", column="id", expression=0, value="1")
    given = {"name": "own rows", "is_active": "on", "rules": [rule.pk]}
    console_with(is_superuser=True).post("/admin/access/datascope/add/", given)
    assert list(DataScope.objects.get(name="own rows").rules.all()) == [rule]
