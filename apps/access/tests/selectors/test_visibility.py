from typing import Any

import pytest
from django.apps import apps

from apps.access.models import DataRule, DataScope
from apps.access.selectors import visible_to
from apps.access.selectors.views import view_read
from apps.access.selectors.visibility import narrowed
from apps.access.tests.factories import make_role, make_rule, make_scope

Session = apps.get_model("accounts.Session")
User = apps.get_model("accounts.User")
pytestmark = pytest.mark.django_db


def _scoped(make_user: Any, *rules: DataRule, **fields: Any) -> Any:
    role = make_role()
    role.scopes.add(make_scope(*rules))
    return make_user(roles=[role], **fields)


def test_superusers_see_all_rows(make_user: Any) -> None:
    admin = make_user(is_superuser=True, roles=[make_role()])
    assert visible_to(User.objects.all(), admin).count() == User.objects.count()


def test_the_others_see_what_their_rules_show(make_user: Any) -> None:
    make_user(username="bob")
    ann = _scoped(make_user, make_rule(value="bob"), username="ann")
    assert [found.username for found in visible_to(User.objects.all(), ann)] == ["bob"]


def test_a_model_that_says_nothing_is_not_narrowed(make_user: Any) -> None:
    ann = _scoped(make_user, make_rule())
    assert visible_to(DataRule.objects.all(), ann).count() == 1
    assert visible_to(DataScope.objects.all(), ann).count() == 1


def test_sessions_are_seen_with_their_user(make_user: Any, client_for: Any) -> None:
    bob, ann = make_user(username="bob"), _scoped(make_user, make_rule(value="bob"))
    for member in (ann, bob):
        client_for(member)
    assert [session.user for session in visible_to(Session.objects.all(), ann)] == [bob]


def test_a_view_narrows_whoever_asks(make_user: Any) -> None:
    ann = _scoped(make_user, make_rule(value="nobody"))
    assert not narrowed(Session.objects.all(), view_read(ann)).exists()
    assert not narrowed(User.objects.all(), view_read(ann)).exists()
