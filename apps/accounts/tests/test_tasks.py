from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from apps.accounts import tasks
from apps.accounts.models import Session, User
from apps.accounts.schedules import SCHEDULES

pytestmark = pytest.mark.django_db


def test_the_bins_are_pruned_as_the_setting_says(user: Any, atrium: Any) -> None:
    user.move_to_bin()
    old = timezone.now() - timedelta(days=8)
    User._base_manager.filter(pk=user.pk).update(deleted_at=old)
    for days, purged in ((0, 0), (9, 0), (7, 1)):
        atrium(bin_days=days)
        assert tasks.prune_bins() == purged
    assert not User._base_manager.exists()


def test_what_is_scheduled_is_a_task() -> None:
    assert {entry["task"] for entry in SCHEDULES.values()} <= set(current_app.tasks)


def test_sessions_are_pruned_as_the_setting_says(user: Any, atrium: Any) -> None:
    old = timezone.now() - timedelta(days=8)
    Session.objects.create(user=user, expires_at=old)
    for days, pruned in ((0, 0), (9, 0), (7, 1)):
        atrium(session_days=days)
        assert tasks.prune_sessions() == pruned
