from http import HTTPStatus

import pytest
from rest_framework.test import APIClient

from apps.core.testing.fixtures import GrantedClient

pytestmark = [pytest.mark.urls("apps.core.tests.sample"), pytest.mark.django_db]
STRANGERS = "/api/v1/test/odd/strangers"
GROUPS = "/api/v1/test/groups"


def test_the_call_over_the_limit_is_429_with_the_seconds_to_wait() -> None:
    client = APIClient()
    assert [client.get(STRANGERS).status_code for _ in range(2)] == [HTTPStatus.OK] * 2
    response = client.get(STRANGERS)
    assert response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert response.json()["reason"] == "core.throttled"
    assert 1 <= int(response["Retry-After"]) <= 60


def test_another_client_has_a_count_of_its_own() -> None:
    for _ in range(3):
        APIClient().get(STRANGERS)
    assert APIClient(REMOTE_ADDR="192.0.2.9").get(STRANGERS).status_code == HTTPStatus.OK


def test_a_forged_address_does_not_help() -> None:
    answers = [
        APIClient().get(STRANGERS, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}").status_code
        for number in range(3)
    ]
    assert answers[-1] == HTTPStatus.TOO_MANY_REQUESTS


def test_a_limit_by_user_follows_the_user(client_with: GrantedClient) -> None:
    ann, ben = client_with(), client_with()
    for _ in range(3):
        ann.get(f"{GROUPS}/all")
    assert ann.get(f"{GROUPS}/all").status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert ben.get(f"{GROUPS}/all").status_code == HTTPStatus.OK


def test_routes_without_limits_are_not_counted(client_with: GrantedClient) -> None:
    client = client_with("test:group:list")
    assert {client.get(GROUPS).status_code for _ in range(10)} == {HTTPStatus.OK}
