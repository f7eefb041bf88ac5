from http import HTTPStatus
from typing import Any

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from apps.core.api.batches import StatusMixin

pytestmark = pytest.mark.django_db
STATUS = "/api/v1/sys/positions/status"


def _make(name: str) -> Any:
    return apps.get_model("organization.Position").objects.create(name=name, code=name)


def test_all_rows_are_switched(admin_client: APIClient) -> None:
    rows = [_make("a"), _make("b")]
    body = {"pks": [rows[0].pk, str(rows[1].pk), rows[0].pk], "status": 0}
    assert admin_client.put(STATUS, body).json()["code"] == 200
    for row in rows:
        row.refresh_from_db()
        assert row.is_active is False


def test_one_unknown_row_stops_all(admin_client: APIClient) -> None:
    row = _make("a")
    response = admin_client.put(STATUS, {"pks": [row.pk, 987654], "status": 0})
    assert response.status_code == HTTPStatus.NOT_FOUND
    row.refresh_from_db()
    assert row.is_active is True


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pks": [1]},
        {"status": 1},
        {"pks": [], "status": 1},
        {"pks": "1", "status": 1},
        {"pks": [None], "status": 1},
        {"pks": list(range(1, 1002)), "status": 1},
        {"pks": [1], "status": 2},
    ],
)
def test_a_bad_body_is_refused(admin_client: APIClient, body: dict[str, Any]) -> None:
    response = admin_client.put(STATUS, body)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_resource_says_itself_how_rows_are_switched() -> None:
    with pytest.raises(NotImplementedError):
        StatusMixin[Any]().switch([], is_active=True)
