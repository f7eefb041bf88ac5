from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.access.models import ObjectGrant
from apps.access.services.shares import grant_create
from apps.core.visibility import Act

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("level", list(Act))
def test_a_grant_says_what_for_and_until_when(user: Any, level: Act) -> None:
    grant = grant_create(actor=None, user=user, model="User", key=user.pk, level=level)
    stored = ObjectGrant.objects.get(pk=grant.pk)
    assert stored.level == level
    assert stored.row_id == user.pk
    assert stored.is_live
    assert level in stored.act_name or level is Act.VIEW
    assert str(user.pk) in str(stored)
    stored.expires_at = timezone.now() - timedelta(seconds=1)
    assert not stored.is_live
