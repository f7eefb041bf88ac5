"""Every way to be refused at sign-in leaves a row."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.services.lockout import attempt_begin
from apps.accounts.services.sessions import sessions_close
from apps.audit.models import LoginLog
from apps.core.testing.fixtures import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login"


def _try(username: str = "ann", password: str = PASSWORD, **more: Any) -> Any:
    body = {"username": username, "password": password, **more}
    return APIClient(HTTP_USER_AGENT="curl/8").post(LOGIN, body)


def _reasons() -> list[str]:
    return list(LoginLog.objects.order_by("pk").values_list("reason", flat=True))


def test_a_sign_in_is_logged(user: Any) -> None:
    response = _try()
    row = LoginLog.objects.get()
    assert (row.is_success, row.username, row.user_uuid) == (True, "ann", str(user.uuid))
    assert (row.address, row.browser, row.trace_id) == (
        "127.0.0.1",
        "curl 8",
        response["X-Request-ID"],
    )


def test_a_wrong_password_and_an_unknown_name_are_logged(user: Any) -> None:
    _try(password="Wrong-1234")
    _try(username="nobody")
    assert _reasons() == ["accounts.sign_in.refused"] * 2
    assert not LoginLog.objects.filter(message__contains="Wrong-1234").exists()


def test_a_missing_captcha_is_logged(user: Any, atrium: Any) -> None:
    atrium(captcha=True)
    _try()
    assert _reasons() == ["accounts.captcha.missing"]


def test_a_lock_is_logged(user: Any, atrium: Any) -> None:
    atrium(lock_threshold=1)
    attempt_begin(username="ann", address="127.0.0.1")
    _try()
    assert _reasons() == ["accounts.sign_in.locked"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_active": False}, "accounts.user.disabled"),
        ({"must_change_password": True}, "accounts.password.change_required"),
        (
            {"password_changed_at": timezone.now() - timezone.timedelta(days=999)},  # type: ignore[attr-defined]
            "accounts.password.expired",
        ),
    ],
)
def test_an_account_that_may_not_be_used_is_logged(
    fields: Any, reason: str, make_user: Any
) -> None:
    make_user(username="ann", **fields)
    _try()
    assert _reasons() == [reason]


def test_too_many_attempts_are_logged(user: Any, atrium: Any) -> None:
    atrium(lock_threshold=0)
    for _attempt in range(6):
        _try(password="Wrong-1234")
    assert _reasons()[-1] == "core.throttled"


@pytest.mark.parametrize(
    ("closing", "reason"),
    [("kicked", "accounts.session.kicked"), ("disabled", "accounts.session.disabled")],
)
def test_a_refresh_after_the_end_is_logged_with_the_reason(
    closing: Any, reason: str, user: Any
) -> None:
    client = APIClient()
    client.post(LOGIN, {"username": "ann", "password": PASSWORD})
    sessions_close(sessions=user.sessions.all(), closing=closing)
    assert client.post("/api/v1/auth/refresh").status_code == 401
    assert _reasons() == ["", reason]


def test_a_refresh_cookie_used_twice_is_logged(user: Any) -> None:
    client = APIClient()
    client.post(LOGIN, {"username": "ann", "password": PASSWORD})
    old = client.cookies["atrium_refresh_token"].value
    client.post("/api/v1/auth/refresh")
    client.cookies["atrium_refresh_token"] = old
    assert client.post("/api/v1/auth/refresh").status_code == 401
    assert _reasons() == ["", "accounts.session.reused"]


def test_a_failure_in_the_console_is_logged(user: Any) -> None:
    response = Client().post("/admin/login/", {"username": "ann", "password": PASSWORD})
    assert response.status_code == 200
    row = LoginLog.objects.get()  # that the password was right is undone with the session
    assert (row.is_success, row.channel) == (False, "console")
    assert row.reason == "console.not_an_operator"
