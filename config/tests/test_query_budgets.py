"""How many statements and cache round trips an operation may take, whatever it shows."""

from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.connection import ConnectionProxy
from rest_framework.test import APIClient

from apps.core.cached import two_level
from apps.core.codes import Operation, iter_operations
from apps.core.guards import Access
from apps.core.testing.fixtures import GrantedClient, empty_caches
from config.tests.rows import fill, models_of_ours

MAX_QUERIES = 3
READS = [
    o
    for o in iter_operations()
    if o.method == "GET" and "{" not in o.route and o.need not in {None, Access.PUBLIC}
]
PAGED = [o for o in READS if o.action == "list" and getattr(o.view, "pagination_class", None)]

pytestmark = pytest.mark.django_db


def _each(operations: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=[o.route for o in operations])


def _client(operation: Operation, client_with: GrantedClient) -> APIClient:
    return client_with(*([operation.need] if isinstance(operation.need, str) else []))


def _statements(client: APIClient, url: str) -> list[str]:
    response = client.get(url)  # warm: the principal is known, the plans are made
    assert response.status_code == HTTPStatus.OK, response.content
    empty_caches()
    client.get("/api/v1/sys/users/me")  # the principal again, without any other cached answer
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return [query["sql"] for query in queries]


def test_there_are_lists_to_check() -> None:
    assert len(PAGED) >= 3


@_each(PAGED)
def test_a_list_costs_as_much_for_200_rows_as_for_20(
    operation: Operation, client_with: GrantedClient
) -> None:
    model = operation.view.queryset.model  # type: ignore[attr-defined] # a resource has one
    fill(model, 250)
    client = _client(operation, client_with)
    costs = {}
    for size in (20, 200):
        assert len(client.get(f"{operation.route}?size={size}").json()["data"]["items"]) == size
        costs[size] = _statements(client, f"{operation.route}?size={size}")
    assert len(costs[200]) == len(costs[20]), costs[200]
    assert len(costs[200]) <= MAX_QUERIES, costs[200]


@_each(READS)
def test_a_read_costs_the_same_however_much_there_is(
    operation: Operation, client_with: GrantedClient
) -> None:
    client = _client(operation, client_with)
    before = len(_statements(client, operation.route))
    for model in models_of_ours():
        if model._meta.app_label in {"organization", "access", "accounts"} or _is_of(
            model, operation
        ):
            fill(model, 25)
    after = _statements(client, operation.route)
    assert len(after) <= max(before, MAX_QUERIES), after


def _is_of(model: Any, operation: Operation) -> bool:
    return bool(model.__module__.split(".")[:2] == operation.view.__module__.split(".")[:2])


class Trips:
    """Count what goes to the shared cache."""

    def __init__(self) -> None:
        self.names: list[str] = []


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    counted = Trips()
    look_up: Any = ConnectionProxy.__getattr__
    shared: Any = cache

    def spy(self: ConnectionProxy[Any], name: str) -> Any:
        if self is shared:
            counted.names.append(name)
        return look_up(self, name)

    monkeypatch.setattr(ConnectionProxy, "__getattr__", spy)
    return counted


@pytest.mark.urls("apps.core.tests.sample")
def test_who_and_may_they_costs_no_sql_and_one_round_trip_at_most(
    client_with: GrantedClient, trips: Trips, django_assert_num_queries: Any
) -> None:
    client = client_with("test:group:list")
    url = "/api/v1/test/groups/nothing"
    assert client.get(url).status_code == HTTPStatus.OK
    two_level.drop(None)  # a second has passed
    trips.names.clear()
    with django_assert_num_queries(0):
        assert client.get(url).status_code == HTTPStatus.OK
    assert len(trips.names) == 1, trips.names
    for _attempt in range(10):  # the broadcast of our own changes may come now and end the copy
        trips.names.clear()
        with django_assert_num_queries(0):
            client.get(url)
        if not trips.names:
            break
    assert trips.names == []


@pytest.mark.urls("apps.core.tests.sample")
def test_a_refusal_costs_no_more_than_a_permission(
    client_with: GrantedClient, trips: Trips, django_assert_num_queries: Any
) -> None:
    client = client_with()
    url = "/api/v1/test/groups/nothing"
    client.get(url)
    for _attempt in range(10):  # the broadcast of our own changes may come now and end the copy
        trips.names.clear()
        with django_assert_num_queries(0):
            assert client.get(url).status_code == HTTPStatus.FORBIDDEN
        if not trips.names:
            break
    assert trips.names == []
