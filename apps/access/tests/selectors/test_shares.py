from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.selectors.shares import shareable_models, shared_keys, wire_name
from apps.access.selectors.views import view_read
from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_role
from apps.core.visibility import Act

User = apps.get_model("accounts.User")
pytestmark = pytest.mark.django_db


def test_whoever_has_no_grant_pays_nothing(make_user: Any) -> None:
    ann = make_user(roles=[make_role()])
    view = view_read(ann)
    with CaptureQueriesContext(connection) as queries:
        assert shared_keys(view, User, Act.VIEW) is None
    assert not queries.captured_queries


def test_the_keys_are_a_sub_query_and_only_of_the_user(make_user: Any) -> None:
    ann, bob = make_user(roles=[make_role()]), make_user(roles=[make_role()])
    grant_create(actor=None, user=ann, model="User", key=bob.pk, level=Act.CHANGE)
    view = view_read(ann)
    with CaptureQueriesContext(connection) as queries:
        keys = shared_keys(view, User, Act.CHANGE)
    assert not queries.captured_queries
    assert keys is not None
    assert [row["row_id"] for row in keys] == [bob.pk]
    assert shared_keys(view, User, Act.DELETE) is None
    assert shared_keys(view_read(bob), User, Act.VIEW) is None


def test_models_are_named_as_data_rules_name_them() -> None:
    assert {"User", "Dept", "Role"} <= set(shareable_models())
    assert wire_name("organization", "department") == "Dept"
    assert wire_name("auth", "group") == ""
