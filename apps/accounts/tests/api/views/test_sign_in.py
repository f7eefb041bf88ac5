from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from apps.accounts.models import Session, User
from apps.core.testing.fixtures import PASSWORD, ClientFor, GrantedClient

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
CAPTCHA = "/api/v1/auth/captcha"
EXPIRED = "/api/v1/auth/password"
SWAGGER = "/api/v1/auth/login/swagger"
ME = "/api/v1/sys/users/me"
COOKIE = "atrium_refresh_token"


@pytest.fixture
def client() -> APIClient:
    return APIClient(HTTP_ACCEPT_LANGUAGE="en-US")


def _login(client: APIClient, **body: Any) -> Any:
    return client.post(LOGIN, {"username": "ann", "password": PASSWORD, **body})


def _bearer(response: Any) -> APIClient:
    token = response.json()["data"]["access_token"]
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", HTTP_ACCEPT_LANGUAGE="en-US")


def test_sign_in_answers_tokens_and_user_and_sets_the_cookie(user: Any, client: APIClient) -> None:
    response = _login(client)
    assert response.status_code == HTTPStatus.OK
    data = response.json()["data"]
    assert set(data) == {
        "access_token",
        "access_token_expire_time",
        "session_uuid",
        "password_expire_days_remaining",
        "user",
    }
    assert data["user"]["username"] == "ann"
    assert data["session_uuid"] == str(user.sessions.get().sid)
    cookie = response.cookies[COOKIE]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Lax", "/", 604800)
    assert _bearer(response).get(ME).json()["data"]["username"] == "ann"


def test_the_cookie_is_secure_where_the_site_is(
    user: Any, client: APIClient, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert _login(client).cookies[COOKIE]["secure"]


def test_unknown_keys_are_passed_over(user: Any, client: APIClient) -> None:
    assert _login(client, selectAccount="admin", uuid=None, captcha=None).status_code == 200


def test_wrong_password_and_unknown_user_get_the_same_answer_that_is_not_401(
    user: Any, client: APIClient
) -> None:
    wrong, unknown = _login(client, password="no"), _login(client, username="nobody")
    assert wrong.status_code == unknown.status_code == HTTPStatus.FORBIDDEN
    for body in (wrong.json(), unknown.json()):
        body.pop("trace_id")
    assert {**wrong.json(), "trace_id": ""} == {**unknown.json(), "trace_id": ""}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "ann"},
        {"username": "ann", "password": {"of": "no use"}},
        {"username": ["ann"], "password": "x"},
        {"username": "a" * 65, "password": "x"},
        {"username": "ann", "password": "x" * 129},
        {"username": "ann\u0000", "password": "x"},
        [],
        "text",
    ],
)
def test_bad_input_is_422_and_names_the_field_without_the_value(
    client: APIClient, body: Any
) -> None:
    response = client.post(LOGIN, body, format="json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["code"] == 422
    assert response.json()["data"]["errors"][0]["loc"][0] == "body"
    assert "x" * 129 not in response.content.decode()


def test_malformed_json_is_422(client: APIClient) -> None:
    response = client.generic("POST", LOGIN, '{"username": ', "application/json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["type"] == "json_invalid"


def test_a_password_of_73_bytes_is_only_wrong(user: Any, client: APIClient) -> None:
    assert _login(client, password="p" * 73).status_code == HTTPStatus.FORBIDDEN


def test_a_bad_token_does_not_stand_in_the_way_of_sign_in(user: Any) -> None:
    client = APIClient(HTTP_AUTHORIZATION="Bearer nonsense")
    assert _login(client).status_code == HTTPStatus.OK


def test_guessing_is_slowed_down_and_says_until_when(
    user: Any, client: APIClient, atrium: Callable[..., None]
) -> None:
    atrium(lock_threshold=0)
    for _time in range(5):
        assert _login(client, password="no").status_code == HTTPStatus.FORBIDDEN
    response = _login(client)
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert 0 < int(response["Retry-After"]) <= 60
    assert _login(client, username="somebody else").status_code == HTTPStatus.FORBIDDEN


def test_whoever_knows_the_password_is_not_slowed_down(user: Any, client: APIClient) -> None:
    assert [_login(client).status_code for _time in range(8)] == [HTTPStatus.OK] * 8


def test_a_wrong_captcha_has_its_own_code(
    user: Any, client: APIClient, atrium: Callable[..., None]
) -> None:
    atrium(captcha=True)
    missing = _login(client)
    assert (missing.status_code, missing.json()["code"]) == (400, 400)
    made = client.get(CAPTCHA).json()["data"]
    assert made["is_enabled"] is True
    wrong = _login(client, uuid=made["uuid"], captcha="????")
    assert (wrong.status_code, wrong.json()["code"]) == (400, 40001)
    made = client.get(CAPTCHA, {"kind": "question"}).json()["data"]
    assert made["image"] == ""
    answer = cache.get(f"captcha:{made['uuid']}")
    assert _login(client, uuid=made["uuid"], captcha=answer).status_code == HTTPStatus.OK


def test_captchas_are_limited_per_client(client: APIClient) -> None:
    codes = [client.get(CAPTCHA).status_code for _time in range(6)]
    assert codes == [200] * 5 + [429]
    elsewhere = APIClient(REMOTE_ADDR="192.0.2.77")
    assert elsewhere.get(CAPTCHA).status_code == HTTPStatus.OK


def test_refresh_rotates_the_cookie_and_an_old_one_ends_the_session(
    user: Any, client: APIClient
) -> None:
    first = _login(client).cookies[COOKIE].value
    response = client.post(REFRESH)
    assert response.status_code == HTTPStatus.OK
    assert set(response.json()["data"]) == {
        "access_token",
        "access_token_expire_time",
        "session_uuid",
    }
    assert _bearer(response).get(ME).status_code == HTTPStatus.OK
    thief = APIClient()
    thief.cookies[COOKIE] = first
    assert thief.post(REFRESH).status_code == HTTPStatus.UNAUTHORIZED
    assert client.post(REFRESH).status_code == HTTPStatus.UNAUTHORIZED
    assert _bearer(response).get(ME).status_code == HTTPStatus.UNAUTHORIZED


def test_refresh_works_with_an_expired_access_token(user: Any, client: APIClient) -> None:
    _login(client)
    client.credentials(HTTP_AUTHORIZATION="Bearer expired.or.worse")
    assert client.post(REFRESH).status_code == HTTPStatus.OK


def test_refresh_without_a_cookie_is_400(client: APIClient) -> None:
    response = client.post(REFRESH)
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["reason"] == "accounts.refresh.missing"


def test_refresh_of_a_disabled_user_is_403(user: Any, client: APIClient) -> None:
    _login(client)
    User.objects.update(is_active=False)
    assert client.post(REFRESH).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("header", ["", "Bearer nonsense"])
def test_logout_always_answers_200_and_clears_the_cookie(header: str) -> None:
    response = APIClient(HTTP_AUTHORIZATION=header).post(LOGOUT)
    assert response.status_code == HTTPStatus.OK
    assert response.cookies[COOKIE].value == ""


def test_logout_ends_the_session_by_token_or_by_cookie(user: Any) -> None:
    by_token, by_cookie = APIClient(), APIClient()
    token = _bearer(_login(by_token))
    token.post(LOGOUT)
    assert token.get(ME).status_code == HTTPStatus.UNAUTHORIZED
    assert by_token.post(REFRESH).status_code == HTTPStatus.UNAUTHORIZED
    _login(by_cookie)
    by_cookie.post(LOGOUT)
    assert not Session.objects.live().exists()


def test_codes_are_what_the_roles_hold(client_with: GrantedClient) -> None:
    response = client_with("sys:dept:add", "sys:role:list").get("/api/v1/auth/codes")
    assert response.json()["data"] == ["sys:dept:add", "sys:role:list"]


def test_a_superuser_holds_every_code(admin_client: APIClient, client_with: GrantedClient) -> None:
    client_with("sys:dept:add")
    assert "sys:dept:add" in admin_client.get("/api/v1/auth/codes").json()["data"]


def test_an_expired_password_can_be_changed_without_signing_in(
    user: Any, client: APIClient
) -> None:
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=400))
    refused = _login(client)
    assert refused.json()["reason"] == "accounts.password.expired"
    body = {
        "username": "ann",
        "old_password": PASSWORD,
        "new_password": "Fresh-1",
        "confirm_password": "Fresh-1",
    }
    assert client.put(EXPIRED, body).status_code == HTTPStatus.OK
    assert _login(client, password="Fresh-1").status_code == HTTPStatus.OK


def test_sign_in_for_the_documents_is_bare_and_sets_no_cookie(user: Any, client: APIClient) -> None:
    response = client.post(f"{SWAGGER}?username=ann&password={PASSWORD}")
    assert response.status_code == HTTPStatus.OK
    assert set(response.json()) == {"access_token", "token_type", "user"}
    assert COOKIE not in response.cookies
    assert client.post(f"{SWAGGER}?username=ann").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_sign_in_for_the_documents_is_gone_with_them(
    user: Any, client: APIClient, settings: Any
) -> None:
    settings.SERVE_DOCS = False
    url = f"{SWAGGER}?username=ann&password={PASSWORD}"
    assert client.post(url).status_code == HTTPStatus.NOT_FOUND


def test_who_asks_costs_no_sql_once_it_is_known(
    user: Any, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_for(user)
    client.get(ME)
    with django_assert_num_queries(0):
        assert client.get(ME).status_code == HTTPStatus.OK
