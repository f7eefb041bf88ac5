from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from apps.access import tasks
from apps.access.models import ObjectGrant
from apps.access.schedules import SCHEDULES
from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_role
from apps.core.visibility import Act

pytestmark = pytest.mark.django_db


def test_grants_go_thirty_days_after_they_ran_out(user: Any) -> None:
    role = make_role()
    grant = grant_create(actor=None, user=user, model="Role", key=role.pk, level=Act.VIEW)
    for days, pruned in ((29, 0), (31, 1)):
        old = timezone.now() - timedelta(days=days)
        ObjectGrant.objects.filter(pk=grant.pk).update(expires_at=old)
        assert tasks.prune_grants() == pruned
    assert not ObjectGrant.objects.exists()


def test_what_is_scheduled_is_a_task() -> None:
    assert {entry["task"] for entry in SCHEDULES.values()} <= set(current_app.tasks)
