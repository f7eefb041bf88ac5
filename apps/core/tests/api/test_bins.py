"""The bin of a resource, on positions: the simplest that has one."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone
from rest_framework.test import APIClient

from apps.core.api.bins import purge_time
from apps.core.testing.fixtures import GrantedClient

pytestmark = pytest.mark.django_db
URL = "/api/v1/sys/positions"
BIN = f"{URL}/bin"


def _position(name: str, **fields: Any) -> Any:
    model: Any = apps.get_model("organization.Position")
    return model.objects.create(name=name, code=fields.pop("code", name), **fields)


def _deleted(client: APIClient, *names: str, **fields: Any) -> list[int]:
    pks = [_position(name, **fields).pk for name in names]
    assert client.delete(URL, {"pks": pks}).status_code == HTTPStatus.OK
    return pks


def test_the_bin_tells_what_was_deleted_when_and_by_whom(
    admin_client: APIClient, atrium: Any
) -> None:
    atrium(bin_days=30)
    first, second = _deleted(admin_client, "a", "b")
    page = admin_client.get(BIN).json()["data"]
    assert (page["total"], [row["id"] for row in page["items"]]) == (2, [second, first])
    row = page["items"][0]
    who = admin_client.user  # type: ignore[attr-defined] # the fixture's
    assert (row["name"], row["deleted_by"], row["deleted_by_id"]) == ("b", who.username, who.pk)
    moment = timezone.now()
    assert row["deleted_time"] <= f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
    assert row["purge_time"] > row["deleted_time"]
    assert admin_client.get(URL).json()["data"]["total"] == 0


def test_a_bin_that_keeps_for_ever_tells_no_end(atrium: Any) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    atrium(bin_days=0)
    assert purge_time(moment) is None
    atrium(bin_days=2)
    assert purge_time(moment) == purge_time(moment - timedelta(0))
    assert str(purge_time(moment)).startswith("2026-01-03")


def test_the_bin_is_paged_and_filtered_like_the_list(admin_client: APIClient) -> None:
    _deleted(admin_client, "cook", "clerk", "chief")
    page = admin_client.get(f"{BIN}?size=2&page=2").json()["data"]
    assert (page["total"], len(page["items"]), page["total_pages"]) == (3, 1, 2)
    assert page["links"]["prev"] == f"{BIN}?page=1&size=2"
    found = admin_client.get(BIN, {"name": "OO"}).json()["data"]["items"]
    assert [row["name"] for row in found] == ["cook"]
    assert admin_client.get(BIN, {"status": "7"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert admin_client.get(f"{BIN}?page=9").json()["data"]["items"] == []
    assert admin_client.get(f"{BIN}?size=0").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_row_is_restored_and_answered_as_it_is_now(admin_client: APIClient) -> None:
    (pk,) = _deleted(admin_client, "cook", sort=7, remark="r", is_active=False)
    answer = admin_client.put(f"{URL}/{pk}/restore")
    assert answer.status_code == HTTPStatus.OK
    row = answer.json()["data"]
    assert (row["id"], row["sort"], row["remark"], row["status"]) == (pk, 7, "r", 0)
    assert row["updated_time"] is None  # nobody changed it
    assert admin_client.get(f"{URL}/{pk}").json()["data"] == row
    assert admin_client.get(BIN).json()["data"]["total"] == 0
    assert admin_client.put(f"{URL}/{pk}/restore").status_code == HTTPStatus.NOT_FOUND


def test_a_name_that_is_taken_is_told_and_another_one_is_taken_from_the_body(
    admin_client: APIClient,
) -> None:
    (pk,) = _deleted(admin_client, "cook")
    _position("cook", code="other")
    url = f"{URL}/{pk}/restore"
    refused = admin_client.put(url)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert refused.json()["reason"] == "organization.position.name_taken"
    assert "cook" in refused.json()["msg"]
    assert admin_client.put(url, {"name": "x" * 65}).status_code == 422
    answer = admin_client.put(url, {"name": "old cook"})
    assert answer.json()["data"]["name"] == "old cook"
    assert answer.json()["data"]["updated_time"] is not None


def test_rows_are_purged_alone_several_and_all(admin_client: APIClient) -> None:
    model: Any = apps.get_model("organization.Position")
    pks = _deleted(admin_client, "a", "b", "c", "d", "e")
    living = _position("living")
    assert admin_client.delete(f"{BIN}/{pks[0]}").json()["data"] is None
    assert admin_client.delete(f"{BIN}/{pks[0]}").status_code == HTTPStatus.NOT_FOUND
    assert admin_client.delete(BIN, {"pks": pks[1:3]}).status_code == HTTPStatus.OK
    assert set(model.bin.values_list("pk", flat=True)) == set(pks[3:])
    assert admin_client.delete(BIN, {"all": True}).status_code == HTTPStatus.OK
    assert list(model._base_manager.all()) == [living]


def test_what_is_not_in_the_bin_is_not_purged_and_nothing_with_it(admin_client: APIClient) -> None:
    (pk,) = _deleted(admin_client, "a")
    living = _position("living")
    for other in (living.pk, 987654):
        assert admin_client.delete(BIN, {"pks": [pk, other]}).status_code == HTTPStatus.NOT_FOUND
        assert admin_client.delete(f"{BIN}/{other}").status_code == HTTPStatus.NOT_FOUND
        assert admin_client.put(f"{URL}/{other}/restore").status_code == HTTPStatus.NOT_FOUND
    assert admin_client.get(BIN).json()["data"]["total"] == 1


@pytest.mark.parametrize(
    "body", [{}, {"pks": []}, {"all": False}, {"pks": ["x"]}, {"pks": [1], "all": True}, {"all": 7}]
)
def test_a_purge_says_what_it_means(admin_client: APIClient, body: dict[str, Any]) -> None:
    _deleted(admin_client, "a")
    answer = admin_client.delete(BIN, body)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["data"]["errors"]
    assert admin_client.get(BIN).json()["data"]["total"] == 1


def test_keys_that_are_no_numbers_are_refused(admin_client: APIClient) -> None:
    for answer in (admin_client.delete(f"{BIN}/x"), admin_client.put(f"{URL}/x/restore")):
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_seeing_restoring_and_purging_have_a_code_each(
    admin_client: APIClient, client_with: GrantedClient
) -> None:
    (pk,) = _deleted(admin_client, "a")
    asked = {
        "bin": lambda client: client.get(BIN),
        "restore": lambda client: client.put(f"{URL}/{pk}/restore"),
        "purge": lambda client: client.delete(f"{BIN}/{pk}"),
    }
    for verb in asked:
        client = client_with("sys:position:list", f"sys:position:{verb}")
        for other, ask in asked.items():
            if other != verb:
                assert ask(client).status_code == HTTPStatus.FORBIDDEN
    assert asked["restore"](client_with("sys:position:restore")).status_code == HTTPStatus.OK
