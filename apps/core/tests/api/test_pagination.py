from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from apps.core.testing.fixtures import GrantedClient

pytestmark = [pytest.mark.urls("apps.core.tests.sample"), pytest.mark.django_db]
GROUPS = "/api/v1/test/groups"


@pytest.fixture
def client(client_with: GrantedClient) -> APIClient:
    Group.objects.bulk_create(Group(name=f"group {number:02}") for number in range(45))
    return client_with("test:group:list")


def _page(client: APIClient, query: str) -> Any:
    response = client.get(f"{GROUPS}?{query}" if query else GROUPS)
    assert response.status_code == HTTPStatus.OK, response.content
    return response.json()["data"]


def test_without_parameters_the_first_20_rows_are_shown(client: APIClient) -> None:
    page = _page(client, "")
    assert len(page["items"]) == 20
    assert (page["total"], page["page"], page["size"], page["total_pages"]) == (45, 1, 20, 3)
    assert page["links"] == {
        "first": f"{GROUPS}?page=1&size=20",
        "last": f"{GROUPS}?page=3&size=20",
        "self": GROUPS,
        "next": f"{GROUPS}?page=2&size=20",
        "prev": None,
    }


def test_links_keep_the_other_parameters_and_self_is_as_asked(client: APIClient) -> None:
    query = "page=2&name=group+0&size=4&x=%E4%B8%AD&x=2"
    links = _page(client, query)["links"]
    assert links["self"] == f"{GROUPS}?{query}"
    assert links["next"] == f"{GROUPS}?name=group+0&x=%E4%B8%AD&x=2&page=3&size=4"
    assert links["prev"] == f"{GROUPS}?name=group+0&x=%E4%B8%AD&x=2&page=1&size=4"


@pytest.mark.parametrize("number", [4, 1_000_000_000])
def test_past_the_end_a_page_is_empty(client: APIClient, number: int) -> None:
    page = _page(client, f"page={number}")
    assert page["items"] == []
    assert page["total"] == 45
    assert page["links"]["next"] is None
    assert page["links"]["prev"] == f"{GROUPS}?page={number - 1}&size=20"


def test_of_nothing_there_are_no_pages_and_the_last_is_the_first(client: APIClient) -> None:
    page = _page(client, "name=nothing")
    assert (page["items"], page["total"], page["total_pages"]) == ([], 0, 0)
    assert page["links"]["last"].endswith("page=1&size=20")


@pytest.mark.parametrize("query", ["page=&size=", "page=+1+&size=020"])
def test_an_empty_or_untidy_number_is_read_kindly(client: APIClient, query: str) -> None:
    assert len(_page(client, query)["items"]) == 20


@pytest.mark.parametrize(
    "query",
    [
        *(
            f"page={bad}"
            for bad in ("0", "-1", "x", "1.5", "1e3", "9" * 30, "9" * 9000, "%00", "٣")
        ),
        *(f"size={bad}" for bad in ("0", "201", "-1", "x", "9" * 30)),
    ],
)
def test_a_number_out_of_range_is_422(client: APIClient, query: str) -> None:
    response = client.get(f"{GROUPS}?{query}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"] == ["query", query.partition("=")[0]]


def test_200_rows_are_the_most(client: APIClient) -> None:
    assert _page(client, "size=200")["size"] == 200
