from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from rest_framework.test import APIClient

from apps.core.testing.fixtures import GrantedClient

pytestmark = [pytest.mark.urls("apps.core.tests.sample"), pytest.mark.django_db]
GROUPS = "/api/v1/test/groups"


@pytest.fixture
def client(client_with: GrantedClient) -> APIClient:
    for name in ("Alpha", "beta_1", "100%", "1", "0"):
        Group.objects.create(name=name)
    return client_with("test:group:list")


def _names(response: Any) -> list[str]:
    assert response.status_code == HTTPStatus.OK, response.content
    return [row["name"] for row in response.json()["data"]["items"]]


@pytest.mark.parametrize("query", ["", "name=", "name=&status=&permission=", "unknown=1", "page=1"])
def test_an_empty_or_unknown_filter_filters_nothing(client: APIClient, query: str) -> None:
    assert len(_names(client.get(f"{GROUPS}?{query}"))) == 5


def test_text_is_found_anywhere_whatever_its_case(client: APIClient) -> None:
    assert _names(client.get(f"{GROUPS}?name=LPH")) == ["Alpha"]


@pytest.mark.parametrize(("given", "found"), [("%", ["100%"]), ("_", ["beta_1"]), ("*", [])])
def test_wildcards_mean_themselves(client: APIClient, given: str, found: list[str]) -> None:
    assert _names(client.get(GROUPS, {"name": given})) == found


def test_a_status_is_compared_as_a_boolean(client: APIClient) -> None:
    assert client.get(f"{GROUPS}?status=2").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _names(client.get(f"{GROUPS}?status=1")) in (["1"], [])


def test_an_id_finds_its_rows_and_0_means_no_filter(client: APIClient) -> None:
    permission = Permission.objects.order_by("pk")[0]
    Group.objects.get(name="Alpha").permissions.add(permission)
    assert _names(client.get(f"{GROUPS}?permission={permission.pk}")) == ["Alpha"]
    assert len(_names(client.get(f"{GROUPS}?permission=0"))) == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("permission", "x"),
        ("permission", "1.5"),
        ("permission", "-1"),
        ("permission", "9" * 40),
        ("permission", "9" * 9000),
        ("permission", "NaN"),
        ("status", "true"),
        ("name", "a\0b"),
    ],
)
def test_a_value_of_the_wrong_kind_is_422_in_the_query(
    client: APIClient, name: str, value: str
) -> None:
    response = client.get(GROUPS, {name: value})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (error,) = response.json()["data"]["errors"]
    assert error["loc"] == ["query", name]
    assert value not in response.content.decode()
