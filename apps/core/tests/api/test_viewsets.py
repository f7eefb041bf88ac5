from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.core.testing.fixtures import GrantedClient
from apps.core.visibility import visible_to

pytestmark = [pytest.mark.urls("apps.core.tests.sample"), pytest.mark.django_db]
GROUPS = "/api/v1/test/groups"
ALL = ("test:group:list", "test:group:add", "test:group:edit", "test:group:del")


@pytest.fixture
def client(client_with: GrantedClient) -> APIClient:
    return client_with(*ALL)


def _named(*names: str) -> list[Group]:
    return [Group.objects.create(name=name) for name in names]


def test_a_row_is_made_and_shown(client: APIClient) -> None:
    response = client.post(GROUPS, {"name": "first"})
    made = Group.objects.get()
    assert response.status_code == HTTPStatus.OK
    assert response.json()["code"] == 200
    assert response.json()["data"] == {
        "id": made.pk,
        "caption": f"first#{made.pk}",
        "name": "first",
        "nothing": [],
        "permissions": [],
    }


def test_put_keeps_what_is_not_sent_and_patch_needs_nothing(client: APIClient) -> None:
    (group,) = _named("old")
    assert client.patch(f"{GROUPS}/{group.pk}", {}).json()["data"]["name"] == "old"
    assert client.put(f"{GROUPS}/{group.pk}", {"name": "new"}).json()["data"]["name"] == "new"
    missing = client.put(f"{GROUPS}/{group.pk}", {})
    assert missing.json()["data"]["errors"][0]["loc"] == ["body", "name"]


def test_a_deleted_row_is_gone_and_the_answer_is_null(client: APIClient) -> None:
    (group,) = _named("gone")
    assert client.delete(f"{GROUPS}/{group.pk}").json()["data"] is None
    assert not Group.objects.exists()
    assert client.get(f"{GROUPS}/{group.pk}").status_code == HTTPStatus.NOT_FOUND


def test_several_rows_are_deleted_together_or_not_at_all(client: APIClient) -> None:
    one, two, three = _named("one", "two", "three")
    refused = client.delete(GROUPS, {"pks": [one.pk, 999_999]})
    assert refused.status_code == HTTPStatus.NOT_FOUND
    assert Group.objects.count() == 3
    done = client.delete(GROUPS, {"pks": [one.pk, str(two.pk), two.pk]})
    assert done.status_code == HTTPStatus.OK
    assert list(Group.objects.all()) == [three]


@pytest.mark.parametrize("pks", [[], "1", [0], [-1], ["x"], [2**63], [None], [[1]], {"a": 1}])
def test_keys_of_the_wrong_kind_are_refused(client: APIClient, pks: Any) -> None:
    response = client.delete(GROUPS, {"pks": pks})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"][:2] == ["body", "pks"]


@pytest.mark.parametrize("pk", ["x", "1.5", "-1", "\uff11", "1 "])
def test_a_key_in_the_path_that_is_no_number_is_422(client: APIClient, pk: str) -> None:
    response = client.get(f"{GROUPS}/{pk}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"] == ["path", "pk"]


@pytest.mark.parametrize("pk", ["0", str(2**63), "9" * 30, "9" * 9000])
def test_a_number_that_is_no_key_is_404(client: APIClient, pk: str) -> None:
    for method in (client.get, client.delete, client.put):
        assert method(f"{GROUPS}/{pk}").status_code == HTTPStatus.NOT_FOUND


def test_what_a_user_may_not_see_is_404_everywhere(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, shown = _named("hidden", "shown")
    monkeypatch.setattr(
        "apps.core.visibility._filter",
        lambda: lambda rows, _user, **_act: rows.exclude(name="hidden"),
    )
    assert [row["name"] for row in client.get(GROUPS).json()["data"]["items"]] == ["shown"]
    assert client.get(GROUPS).json()["data"]["total"] == 1
    for refused in (
        client.get(f"{GROUPS}/{hidden.pk}"),
        client.put(f"{GROUPS}/{hidden.pk}", {"name": "mine"}),
        client.patch(f"{GROUPS}/{hidden.pk}", {"name": "mine"}),
        client.delete(f"{GROUPS}/{hidden.pk}"),
        client.delete(GROUPS, {"pks": [shown.pk, hidden.pk]}),
    ):
        assert refused.status_code == HTTPStatus.NOT_FOUND
    assert Group.objects.count() == 2


def test_nobody_writes_a_row_to_where_they_cannot_see_it(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (group,) = _named("shown")
    monkeypatch.setattr(
        "apps.core.visibility._filter",
        lambda: lambda rows, _user, **_act: rows.exclude(name="hidden"),
    )
    made = client.post(GROUPS, {"name": "hidden"})
    moved = client.put(f"{GROUPS}/{group.pk}", {"name": "hidden"})
    for refused in (made, moved):
        assert refused.status_code == HTTPStatus.FORBIDDEN
        assert refused.json()["reason"] == "core.out_of_sight"
    assert [found.name for found in Group.objects.all()] == ["shown"]


def test_query_parameters_are_checked_like_a_body() -> None:
    url = "/api/v1/test/odd/query"
    assert APIClient().get(url, {"kind": "a"}).json()["data"] == {"kind": "a"}
    for query in ({}, {"kind": "other"}, {"kind": ""}):
        response = APIClient().get(url, query)
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert response.json()["data"]["errors"][0]["loc"] == ["query", "kind"]


def test_options_needs_the_code_of_the_list_and_tells_the_methods(
    client: APIClient, client_with: GrantedClient
) -> None:
    response = client.options(GROUPS)
    assert response.json()["data"]["methods"] == ["GET", "POST", "DELETE", "HEAD", "OPTIONS"]
    assert client_with().options(GROUPS).status_code == HTTPStatus.FORBIDDEN
    assert APIClient().options(GROUPS).status_code == HTTPStatus.UNAUTHORIZED


def test_head_answers_like_get_without_a_body(client: APIClient) -> None:
    response = client.head(GROUPS)
    assert response.status_code == HTTPStatus.OK
    assert response.content == b""


def test_a_method_that_is_not_there_is_405_and_names_those_that_are(client: APIClient) -> None:
    response = client.put(GROUPS, {})
    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert response["Allow"] == "GET, POST, DELETE, HEAD, OPTIONS"
    assert response.json()["code"] == 405


@pytest.mark.parametrize("rows", [2, 150])
def test_a_list_costs_two_queries_however_long(
    client: APIClient, rows: int, django_assert_num_queries: Any
) -> None:
    Group.objects.bulk_create(Group(name=f"group {number}") for number in range(rows))
    client.get(GROUPS)
    with django_assert_num_queries(2):
        assert len(client.get(f"{GROUPS}?size=200").json()["data"]["items"]) == rows


def test_a_stranger_sees_no_row_even_where_a_view_forgets_to_ask() -> None:
    _named("one")
    assert not visible_to(Group.objects.all(), AnonymousUser()).exists()


def test_a_write_locks_the_row_it_changes(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("this database has no SELECT FOR UPDATE")
    (group,) = _named("one")
    with CaptureQueriesContext(connection) as queries:
        client.put(f"{GROUPS}/{group.pk}", {"name": "two"})
    assert any("FOR UPDATE" in query["sql"] for query in queries)
