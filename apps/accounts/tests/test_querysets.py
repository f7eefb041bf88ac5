from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Session, User

pytestmark = pytest.mark.django_db


def test_live_sessions_are_neither_closed_nor_run_out(user: Any) -> None:
    soon, past = timezone.now() + timedelta(hours=1), timezone.now() - timedelta(seconds=1)
    live = Session.objects.create(user=user, expires_at=soon)
    Session.objects.create(user=user, expires_at=past)
    Session.objects.create(user=user, expires_at=soon, closed_at=past)
    assert list(Session.objects.live()) == [live]


def test_active_users_may_sign_in(make_user: Any) -> None:
    active = make_user()
    make_user(is_active=False)
    assert list(User.objects.active()) == [active]
    assert User.objects.get_by_natural_key(active.username) == active
