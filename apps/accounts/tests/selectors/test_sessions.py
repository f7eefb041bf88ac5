from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Session
from apps.accounts.selectors import sessions


@pytest.mark.parametrize(("age", "online"), [(0, 1), (299, 1), (301, 0)])
def test_a_session_is_online_for_some_minutes_after_its_last_request(age: int, online: int) -> None:
    assert sessions.is_online(timezone.now() - timedelta(seconds=age)) == online


@pytest.mark.django_db
def test_no_more_are_listed_than_an_answer_can_bear(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MAX_LISTED", 2)
    ends = timezone.now() + timedelta(days=1)
    Session.objects.bulk_create(Session(user=user, expires_at=ends) for _each in range(3))
    assert len(sessions.open_sessions(among=Session.objects.all())) == 2
