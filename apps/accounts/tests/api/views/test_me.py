from http import HTTPStatus
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.access.models import Role
from apps.accounts.services.codes import address_code_issue
from apps.core.testing.fixtures import PASSWORD, ClientFor
from apps.organization.models import Department

pytestmark = pytest.mark.django_db
ME = "/api/v1/sys/users/me"


def test_the_profile_names_department_and_roles(make_user: Any, client_for: ClientFor) -> None:
    user = make_user(
        department=Department.objects.create(name="sales"),
        roles=[Role.objects.create(name="seller")],
    )
    data = client_for(user).get(ME).json()["data"]
    assert (data["dept"], data["roles"]) == ("sales", ["seller"])
    assert (data["status"], data["is_superuser"]) == (1, False)
    assert (data["email"], data["avatar"]) == (None, None)


def test_a_stranger_has_no_profile() -> None:
    response = APIClient().get(ME)
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response["WWW-Authenticate"] == "Bearer"
    assert set(response.json()) == {"code", "msg", "data", "trace_id", "reason"}


@pytest.mark.parametrize("scheme", ["Basic abc", "Bearer", "Bearer ", "Token x", "bearer"])
def test_what_is_no_token_is_401(scheme: str) -> None:
    response = APIClient(HTTP_AUTHORIZATION=scheme).get(ME)
    assert response.status_code == HTTPStatus.UNAUTHORIZED


def test_a_new_password_ends_the_session(user: Any, client_for: ClientFor) -> None:
    client = client_for(user)
    body = {
        "old_password": PASSWORD,
        "new_password": "Another-1",
        "confirm_password": "Another-1",
    }
    assert client.put(f"{ME}/password", body).status_code == HTTPStatus.OK
    assert client.get(ME).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"old_password": "wrong"}, 400, "accounts.password.wrong"),
        ({"confirm_password": "Other-1"}, 400, "accounts.password.mismatch"),
        ({"new_password": "a", "confirm_password": "a"}, 400, "accounts.password.policy"),
        ({"new_password": "x" * 200}, 422, "core.invalid"),
    ],
)
def test_a_password_that_is_refused_says_why(
    user: Any, client_for: ClientFor, change: dict[str, str], status: int, reason: str
) -> None:
    body = {"old_password": PASSWORD, "new_password": "New-12", "confirm_password": "New-12"}
    response = client_for(user).put(f"{ME}/password", {**body, **change})
    assert (response.status_code, response.json()["reason"]) == (status, reason)
    assert "x" * 200 not in response.content.decode()


def test_nickname_and_avatar_change_at_once(user: Any, client_for: ClientFor) -> None:
    client = client_for(user)
    client.get(ME)
    client.put(f"{ME}/nickname", {"nickname": "Annie"})
    client.put(f"{ME}/avatar", {"avatar": "https://pictures.example.com/ann.png"})
    data = client.get(ME).json()["data"]
    assert data["nickname"] == "Annie"
    assert data["avatar"] == "https://pictures.example.com/ann.png"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nickname", ""),
        ("nickname", "x" * 65),
        ("avatar", "/relative.png"),
        ("avatar", "javascript:alert(1)"),
        ("avatar", "https://x.example.com/" + "x" * 300),
    ],
)
def test_a_bad_nickname_or_avatar_is_422(
    user: Any, client_for: ClientFor, field: str, value: str
) -> None:
    response = client_for(user).put(f"{ME}/{field}", {field: value})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"] == ["body", field]


def test_an_address_is_changed_with_the_code_sent_to_it(
    user: Any, make_user: Any, client_for: ClientFor
) -> None:
    client = client_for(user)
    code = address_code_issue(user=user, address="ann@example.com")
    body = {"email": "Ann@example.com", "captcha": code}
    assert client.put(f"{ME}/email", body).status_code == HTTPStatus.OK
    assert client.get(ME).json()["data"]["email"] == "ann@example.com"
    make_user(email="taken@example.com")
    code = address_code_issue(user=user, address="taken@example.com")
    taken = client.put(f"{ME}/email", {"email": "taken@example.com", "captcha": code})
    assert taken.status_code == HTTPStatus.CONFLICT
    unproven = client.put(f"{ME}/email", {"email": "other@example.com", "captcha": "000000"})
    assert unproven.status_code == HTTPStatus.BAD_REQUEST
