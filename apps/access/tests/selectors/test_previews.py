from typing import Any

import pytest
from django.apps import apps

from apps.access.choices import Expression
from apps.access.selectors.previews import scope_preview
from apps.access.tests.factories import make_role, make_rule, make_scope

Department = apps.get_model("organization.Department")
pytestmark = pytest.mark.django_db


def test_a_scope_is_counted_for_a_user_among_what_the_asker_sees(make_user: Any) -> None:
    top = Department.objects.create(name="top")
    below = Department.objects.create(name="below", parent=top)
    Department.objects.create(name="beside")
    boss = make_user(username="boss", department=top)
    make_user(username="ann", department=below)
    admin = make_user(username="admin", is_superuser=True)
    scope = make_scope(
        make_rule("__ALL__", "__dept_id__", "${dept_and_below}", expression=Expression.IN),
        is_active=False,
    )
    counts = {
        found.model: (found.visible, found.total)
        for found in scope_preview(scope=scope, user=boss, asker=admin)
    }
    assert counts["Dept"] == (2, 3)
    assert counts["User"] == (2, 3)
    assert counts["Role"] == (0, 0)
    role = make_role()
    role.scopes.add(make_scope(make_rule(value="ann")))
    asker = make_user(roles=[role])
    counts = {
        found.model: (found.visible, found.total)
        for found in scope_preview(scope=scope, user=boss, asker=asker)
    }
    assert (counts["User"], counts["Dept"], counts["Role"]) == ((1, 1), (0, 0), (1, 1))
