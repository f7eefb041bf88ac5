from typing import Any

import pytest

from apps.access.models import ObjectGrant, Role
from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_role
from apps.core.visibility import Act

pytestmark = pytest.mark.django_db


def test_only_the_grants_of_the_deleted_row_go(user: Any) -> None:
    gone, kept = make_role(), make_role()
    for role in (gone, kept):
        grant_create(actor=None, user=user, model="Role", key=role.pk, level=Act.VIEW)
    # A row of another model with the same key.
    grant_create(actor=None, user=user, model="User", key=user.pk, level=Act.VIEW)
    Role.objects.filter(pk=gone.pk).delete()
    assert set(ObjectGrant.objects.values_list("row_id", flat=True)) == {kept.pk, user.pk}
