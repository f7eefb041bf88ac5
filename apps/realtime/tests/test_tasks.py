from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.realtime import tasks
from apps.realtime.models import Event
from apps.realtime.schedules import SCHEDULES

pytestmark = pytest.mark.django_db


def test_events_are_kept_for_as_long_as_the_setting_says(atrium: Any) -> None:
    moment = timezone.now() - timedelta(days=8)
    Event.objects.create(user_id=3, name="task.done", created_at=moment)
    atrium(event_days=0)
    assert tasks.prune_events() == 0
    atrium(event_days=7)
    assert tasks.prune_events() == 1


def test_what_is_scheduled_exists() -> None:
    for entry in SCHEDULES.values():
        assert callable(import_string(str(entry["task"])))
