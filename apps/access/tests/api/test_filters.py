from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_role
from apps.core.visibility import Act

pytestmark = pytest.mark.django_db
GRANTS = "/api/v1/sys/grants"


def test_grants_are_found_by_user_model_and_row(admin_client: APIClient, make_user: Any) -> None:
    ann, bob, role = make_user(), make_user(), make_role()
    for user in (ann, bob):
        grant_create(actor=None, user=user, model="User", key=ann.pk, level=Act.VIEW)
    grant_create(actor=None, user=ann, model="Role", key=role.pk, level=Act.VIEW)
    queries: list[tuple[dict[str, Any], int]] = [
        ({"user": ann.pk}, 2),
        ({"model": "User"}, 2),
        ({"model": "Role", "object": role.pk}, 1),
        ({"model": "User", "object": bob.pk}, 0),
        ({"model": "Dept"}, 0),
    ]
    for query, total in queries:
        assert admin_client.get(GRANTS, query).json()["data"]["total"] == total
    assert admin_client.get(f"{GRANTS}?model=None").status_code == 422
    assert admin_client.get(f"{GRANTS}?object=x").status_code == 422
