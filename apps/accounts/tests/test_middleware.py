from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework.test import APIClient

from apps.accounts.choices import Channel
from apps.accounts.constants import SESSION_KEY
from apps.accounts.middleware import PrincipalMiddleware
from apps.accounts.services.sessions import session_open
from apps.core.context import RequestContext, current_context, enter_context
from apps.core.testing.fixtures import ClientFor

pytestmark = pytest.mark.django_db
UNKNOWN = "/api/v1/nothing-here"


def _seen(path: str, *, session: dict[str, Any] | None = None, token: str = "") -> HttpRequest:
    request = RequestFactory().get(path)
    request.session = session or {}  # type: ignore[assignment] # a dict is enough to read from
    if session is not None:
        request.COOKIES["atrium_console"] = "x"
    if token:
        request.META["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    PrincipalMiddleware(lambda _request: HttpResponse())(request)
    return request


def test_an_unknown_path_is_404_in_the_envelope(user: Any, client_for: ClientFor) -> None:
    response = client_for(user).get(UNKNOWN)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["reason"] == "core.not_found"
    assert response.json()["trace_id"] == response["X-Request-ID"]


def test_the_user_is_known_to_everybody_before_the_view(user: Any) -> None:
    enter_context(RequestContext(request_id="r"))
    try:
        pair = session_open(user=user, channel=Channel.API)
        request = _seen("/api/v1/x", token=pair.access)
        context = current_context()
        assert context is not None
        assert (context.user_id, context.username) == (user.pk, "ann")
        assert context.session_id == pair.sid
        assert request.user == user
    finally:
        enter_context(None)


def test_the_console_finds_its_user_in_the_session(user: Any) -> None:
    pair = session_open(user=user, channel=Channel.CONSOLE)
    session = {SESSION_KEY: pair.sid, "_auth_user_id": str(user.pk)}
    assert _seen("/admin/", session=session).user == user


def test_a_console_session_does_not_open_the_api_nor_a_token_the_console(user: Any) -> None:
    pair = session_open(user=user, channel=Channel.CONSOLE)
    session = {SESSION_KEY: pair.sid, "_auth_user_id": str(user.pk)}
    assert _seen("/api/v1/x", session=session).user.is_anonymous
    assert _seen("/admin/", token=pair.access).user.is_anonymous


def test_a_closed_session_is_nobody_and_leaves_its_reason(user: Any) -> None:
    pair = session_open(user=user, channel=Channel.API)
    user.sessions.all().delete()
    request: Any = _seen("/api/v1/x", token=pair.access)
    assert request.user.is_anonymous
    assert request.refusal.reason == "accounts.session.ended"


def test_a_session_without_our_key_is_nobody() -> None:
    assert _seen("/admin/", session={"_auth_user_id": "1"}).user.is_anonymous


def test_logging_in_twice_from_one_client_is_two_sessions(user: Any) -> None:
    client = APIClient()
    body = {"username": "ann", "password": "Correct-1"}
    first, second = (client.post("/api/v1/auth/login", body).json()["data"] for _ in range(2))
    assert first["session_uuid"] != second["session_uuid"]
