"""What the front end takes for granted, each rule once, over the real routes."""

from http import HTTPStatus
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from rest_framework.test import APIClient

from apps.core.cached import PRINCIPALS, two_level
from apps.core.codes import iter_operations
from apps.core.testing.fixtures import PASSWORD, GrantedClient
from apps.core.wire import MAX_SAFE_INTEGER
from config.tests.rows import fill

pytestmark = pytest.mark.django_db
API = "/api/v1"
ACCEPT = {
    "accept": "application/json, text/plain, */*",
    "accept-language": "zh-CN",
}


def _data(response: Any) -> Any:
    body = response.json()
    assert response.status_code == HTTPStatus.OK, body
    assert type(body["code"]) is int
    assert body["code"] == 200
    assert isinstance(body["msg"], str)
    assert "data" in body
    return body["data"]


def _department(client: APIClient, **fields: Any) -> Any:
    return _data(client.post(f"{API}/sys/depts", {"name": "lab", "status": 1, **fields}))


# Answers


def test_success_is_the_number_200_in_the_body_of_reads_and_writes(admin_client: APIClient) -> None:
    made = _department(admin_client)
    url = f"{API}/sys/depts/{made['id']}"
    _data(admin_client.get(url))
    _data(admin_client.put(url, {"name": "lab 2", "status": 0}))
    assert _data(admin_client.delete(url)) is None


def test_an_error_is_never_hidden_in_a_200(admin_client: APIClient) -> None:
    for response in (
        admin_client.get(f"{API}/sys/depts/987654"),
        admin_client.post(f"{API}/sys/depts", {}),
        admin_client.get(f"{API}/nothing"),
        admin_client.patch(f"{API}/sys/menus/sidebar"),
    ):
        body = response.json()
        assert body["code"] == response.status_code >= 400
        assert body["msg"]
        assert "detail" not in body


def test_lists_with_a_pager_are_page_objects(admin_client: APIClient) -> None:
    for path in ("sys/users", "sys/roles", "sys/dict-types", "sys/dict-datas"):
        page = _data(admin_client.get(f"{API}/{path}?page=1&size=20"))
        assert isinstance(page["items"], list)
        assert isinstance(page["total"], int)
        assert set(page["links"]) == {"first", "last", "self", "next", "prev"}


def test_lists_without_a_pager_are_bare_arrays(admin_client: APIClient) -> None:
    for path in ("sys/depts", "sys/menus", "sys/roles/all", "sys/menus/sidebar"):
        assert isinstance(_data(admin_client.get(f"{API}/{path}")), list)


def test_a_filter_that_was_cleared_filters_nothing(admin_client: APIClient) -> None:
    everybody = _data(admin_client.get(f"{API}/sys/users"))["total"]
    query = "page=1&size=20&username=&phone=&status=&dept="
    assert _data(admin_client.get(f"{API}/sys/users?{query}"))["total"] == everybody


def test_flags_are_booleans_and_statuses_numbers(admin_client: APIClient) -> None:
    for row in _data(admin_client.get(f"{API}/sys/users"))["items"]:
        assert row["status"] in {0, 1}
        assert type(row["status"]) is int
        assert {type(row[k]) for k in ("is_superuser", "is_staff", "is_multi_login")} == {bool}
        assert isinstance(row["id"], int) or int(row["id"]) > MAX_SAFE_INTEGER


def test_a_user_carries_objects_in_the_list_and_names_in_their_profile(
    admin_client: APIClient,
) -> None:
    admin_client.user.department_id = _department(admin_client)["id"]  # type: ignore[attr-defined] # ours
    admin_client.user.save()  # type: ignore[attr-defined] # ours
    (row,) = _data(admin_client.get(f"{API}/sys/users"))["items"]
    assert row["dept"]["name"] == "lab"
    assert {"id", "name"} <= set(row["roles"][0])
    two_level.end([PRINCIPALS])
    me = _data(admin_client.get(f"{API}/sys/users/me"))
    assert me["dept"] == "lab"
    assert me["roles"] == [row["roles"][0]["name"]]


# Requests


def test_a_bulk_delete_reads_its_body(admin_client: APIClient) -> None:
    roles = fill(_role(), 2)
    body = {"pks": [role.pk for role in roles]}
    assert _data(admin_client.delete(f"{API}/sys/roles", body)) is None
    assert not _role().objects.filter(pk__in=body["pks"]).exists()


def _role() -> Any:
    return apps.get_model("access.Role")


def test_a_media_type_may_name_its_charset(admin_client: APIClient) -> None:
    response = admin_client.post(
        f"{API}/sys/depts",
        '{"name": "研发", "status": 1}',
        content_type="application/json;charset=UTF-8",
        headers=ACCEPT,
    )
    assert _data(response)["name"] == "研发"


def test_unknown_keys_are_passed_over(admin_client: APIClient) -> None:
    assert _department(admin_client, selectAccount="x", created_time="2026-01-01 00:00:00")


def test_an_update_keeps_what_is_not_sent_and_takes_empty_text(admin_client: APIClient) -> None:
    made = _department(admin_client, leader="Ann", phone="13800138000", email="a@example.com")
    url = f"{API}/sys/depts/{made['id']}"
    changed = _data(admin_client.put(url, {"name": "lab", "status": 1, "email": ""}))
    assert (changed["leader"], changed["phone"]) == ("Ann", "13800138000")
    assert changed["email"] is None


def test_ids_may_come_as_text(admin_client: APIClient) -> None:
    parent = _department(admin_client)
    child = _department(admin_client, name="cell", parent_id=str(parent["id"]))
    assert child["parent_id"] == parent["id"]


@pytest.mark.parametrize("path", ["sys/users", "sys/depts", "auth/captcha"])
def test_a_trailing_slash_is_another_path_not_a_redirect(
    admin_client: APIClient, path: str
) -> None:
    for method in (admin_client.get, admin_client.post):
        assert method(f"{API}/{path}/").status_code == HTTPStatus.NOT_FOUND


def test_no_path_has_a_trailing_slash() -> None:
    assert [o.route for o in iter_operations() if o.route.endswith("/")] == []


@pytest.mark.parametrize(
    "language", ["zh-CN", "en-US", "xx-YY", "", "*", "zh;q=x", "en;q=0", "é", "a" * 5000, "\0"]
)
def test_any_language_is_answered(admin_client: APIClient, language: str) -> None:
    response = admin_client.get(f"{API}/sys/roles/987654", headers={"accept-language": language})
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["msg"].strip()


def test_an_unknown_language_falls_back_to_that_of_the_site(admin_client: APIClient) -> None:
    def message(language: str) -> Any:
        headers = {"accept-language": language}
        return admin_client.post(f"{API}/sys/depts", {}, headers=headers).json()["msg"]

    assert message("xx-YY") == message("en-US")
    assert message("zh-CN") != message("en-US")


# 401, 403 and the session


def test_a_missing_or_broken_token_is_401() -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer "}):
        response = APIClient().get(f"{API}/sys/users/me", headers=headers)
        assert response.status_code == HTTPStatus.UNAUTHORIZED
        body = response.json()
        assert (body["code"], body["data"]) == (401, None)


def test_a_lack_of_permission_is_403(client_with: GrantedClient) -> None:
    response = client_with().get(f"{API}/sys/users")
    assert response.status_code == response.json()["code"] == HTTPStatus.FORBIDDEN


def test_a_wrong_password_is_never_401(user: Any) -> None:
    for name in (user.username, "nobody"):
        body = {"username": name, "password": "wrong-Password1"}
        response = APIClient().post(f"{API}/auth/login", body)
        assert response.status_code == HTTPStatus.FORBIDDEN


def test_signing_in_sets_the_cookie_and_refreshing_changes_it(user: Any) -> None:
    browser = Client()
    body = {"username": user.username, "password": PASSWORD, "selectAccount": "x"}
    signed = browser.post(f"{API}/auth/login", body, content_type="application/json")
    tokens = _data(signed)
    (name,) = signed.cookies
    cookie = signed.cookies[name]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"].lower()) == ("/", "lax")
    refreshed = browser.post(f"{API}/auth/refresh")
    again = _data(refreshed)
    assert {"access_token", "session_uuid"} <= set(again)
    assert again["access_token"] != tokens["access_token"]
    assert refreshed.cookies[name].value != cookie.value


def test_refreshing_does_not_look_at_the_access_token(user: Any) -> None:
    browser = Client(headers={"authorization": "Bearer worn.out.token"})
    body = {"username": user.username, "password": PASSWORD}
    _data(browser.post(f"{API}/auth/login", body, content_type="application/json"))
    _data(browser.post(f"{API}/auth/refresh"))


@pytest.mark.parametrize("token", ["", "Bearer worn.out.token"])
def test_signing_out_never_fails(token: str) -> None:
    headers = {"authorization": token} if token else {}
    assert _data(Client(headers=headers).post(f"{API}/auth/logout")) is None


def test_too_many_calls_are_429_with_the_time_to_wait() -> None:
    answers = [APIClient().get(f"{API}/auth/captcha") for _ in range(6)]
    assert answers[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_captcha_is_a_bare_picture_with_its_life() -> None:
    captcha = _data(APIClient().get(f"{API}/auth/captcha"))
    assert {"is_enabled", "expire_seconds", "uuid", "image"} <= set(captcha)
    assert isinstance(captcha["is_enabled"], bool)
    assert not captcha["image"].startswith("data:")
