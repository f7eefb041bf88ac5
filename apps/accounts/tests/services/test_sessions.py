from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.choices import Channel, Closing
from apps.accounts.errors import SessionEndedError, UserDisabledError
from apps.accounts.models import Session
from apps.accounts.selectors.principals import principal_of
from apps.accounts.services import sessions
from apps.accounts.services.tokens import TokenPair

pytestmark = pytest.mark.django_db


def _open(user: Any) -> TokenPair:
    return sessions.session_open(user=user, channel=Channel.API)


def test_a_session_says_what_it_was_opened_with(user: Any) -> None:
    pair = _open(user)
    session = Session.objects.get()
    assert (str(session.sid), session.refresh_jti) == (pair.sid, pair.refresh_jti)
    assert session.expires_at == pair.refresh_expires_at


def test_a_user_of_one_session_loses_the_others(make_user: Any) -> None:
    user = make_user(is_multi_login=False)
    first, second = _open(user), _open(user)
    with pytest.raises(SessionEndedError):
        principal_of(sid=first.sid, user_id=user.pk)
    with pytest.raises(SessionEndedError):
        sessions.session_refresh(raw=first.refresh)
    assert principal_of(sid=second.sid, user_id=user.pk)["user"]["username"] == user.username


def test_a_user_of_many_sessions_keeps_them(user: Any) -> None:
    first, _second = _open(user), _open(user)
    assert principal_of(sid=first.sid, user_id=user.pk)


def test_a_refresh_replaces_the_cookie_and_keeps_the_session(user: Any) -> None:
    first = _open(user)
    second = sessions.session_refresh(raw=first.refresh)
    assert second.sid == first.sid
    assert second.refresh != first.refresh
    assert sessions.session_refresh(raw=second.refresh).sid == first.sid


def test_a_cookie_that_is_used_twice_ends_the_session(user: Any) -> None:
    first = _open(user)
    second = sessions.session_refresh(raw=first.refresh)
    with pytest.raises(SessionEndedError):
        sessions.session_refresh(raw=first.refresh)
    assert Session.objects.get().closing == Closing.REUSED
    with pytest.raises(SessionEndedError):
        sessions.session_refresh(raw=second.refresh)
    with pytest.raises(SessionEndedError):
        principal_of(sid=first.sid, user_id=user.pk)


def test_a_session_that_was_kicked_cannot_be_refreshed(user: Any) -> None:
    pair = _open(user)
    assert sessions.sessions_close(sessions=user.sessions.all(), closing=Closing.KICKED) == 1
    with pytest.raises(SessionEndedError):
        sessions.session_refresh(raw=pair.refresh)
    assert sessions.sessions_close(sessions=user.sessions.all(), closing=Closing.LOGOUT) == 0
    assert Session.objects.get().closing == Closing.KICKED


def test_a_session_that_ran_out_cannot_be_refreshed(user: Any) -> None:
    pair = _open(user)
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(SessionEndedError):
        sessions.session_refresh(raw=pair.refresh)


def test_a_disabled_user_cannot_refresh(user: Any) -> None:
    pair = _open(user)
    type(user).objects.update(is_active=False)
    with pytest.raises(UserDisabledError):
        sessions.session_refresh(raw=pair.refresh)


@pytest.mark.parametrize("raw", ["", "nonsense", "a.b.c"])
def test_a_cookie_that_is_not_ours_is_refused(raw: str) -> None:
    with pytest.raises(SessionEndedError):
        sessions.session_refresh(raw=raw)


def test_activity_is_written_behind(user: Any) -> None:
    pair = _open(user)
    Session.objects.update(active_at=timezone.now() - timedelta(hours=1))
    sessions.session_touch(sid=pair.sid)
    sessions.activity.flush()
    assert timezone.now() - Session.objects.get().active_at < timedelta(minutes=1)


def test_activity_is_noted_twice_a_minute_at_most(user: Any) -> None:
    pair = _open(user)
    sessions.session_touch(sid=pair.sid)
    sessions.activity.flush()
    before = Session.objects.get().active_at
    sessions.session_touch(sid=pair.sid)
    sessions.activity.flush()
    assert Session.objects.get().active_at == before
