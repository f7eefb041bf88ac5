from http import HTTPStatus
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.core.testing.fixtures import ClientFor

pytestmark = pytest.mark.django_db
ME = "/api/v1/sys/users/me"


def test_no_token_is_401_and_names_the_scheme() -> None:
    response = APIClient(HTTP_ACCEPT_LANGUAGE="en-US").get(ME)
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response["WWW-Authenticate"] == "Bearer"
    body = response.json()
    assert (body["code"], body["msg"], body["data"]) == (401, "Sign in first.", None)
    assert body["reason"] == "core.not_authenticated"


def test_a_closed_session_is_401_with_its_reason(user: Any, client_for: ClientFor) -> None:
    client = client_for(user)
    user.sessions.all().delete()
    body = client.get(ME).json()
    assert (body["code"], body["reason"]) == (401, "accounts.session.ended")


def test_a_disabled_user_is_403_so_that_the_client_does_not_refresh(
    user: Any, client_for: ClientFor
) -> None:
    client = client_for(user)
    User.objects.update(is_active=False)
    body = client.get(ME).json()
    assert (body["code"], body["reason"]) == (403, "accounts.user.disabled")


def test_a_public_operation_takes_a_bad_token_for_none() -> None:
    client = APIClient(HTTP_AUTHORIZATION="Bearer nonsense")
    assert client.get("/api/v1/auth/captcha").status_code == HTTPStatus.OK
