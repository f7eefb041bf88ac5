"""Every operation of every app and plugin, derived from the routes and the guards.

Nobody has to remember to write these: a new viewset is under test as soon as it has a URL.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.core.codes import Operation, declared_codes, iter_operations
from apps.core.guards import Access, Guard
from apps.core.testing.fixtures import GrantedClient

ABSENT = "987654321"
OPERATIONS = [o for o in iter_operations() if o.method != "OPTIONS"]
CODED = [o for o in OPERATIONS if isinstance(o.need, str)]
SIGNED_IN = [o for o in OPERATIONS if o.need is Access.SIGNED_IN]
PUBLIC = [o for o in OPERATIONS if o.need is Access.PUBLIC]
VIEWS = list({o.view: o for o in OPERATIONS if isinstance(o.guard, Guard)}.values())
REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

pytestmark = pytest.mark.django_db


def _each(operations: Iterable[Operation]) -> pytest.MarkDecorator:
    listed = list(operations)
    return pytest.mark.parametrize(
        "operation", listed, ids=[f"{o.method} {o.route}" for o in listed]
    )


def _call(client: APIClient, operation: Operation, method: str = "") -> Any:
    """Ask for a row that is not there, with an empty body: nothing but the guard is under test."""
    path = re.sub(r"\{\w+\}", ABSENT, operation.route)
    return client.generic(method or operation.method, path, "{}", content_type="application/json")


def _packed(codes: Iterable[str]) -> list[str]:
    """Return the codes as few comma-separated texts; a menu entry holds several."""
    listed = sorted(codes)
    return [",".join(listed[start : start + 5]) for start in range(0, len(listed), 5)]


def test_there_is_something_to_check() -> None:
    assert len(CODED) >= 40
    assert SIGNED_IN
    assert PUBLIC


def test_no_operation_is_without_a_guard() -> None:
    assert [f"{o.method} {o.route}" for o in OPERATIONS if o.need is None] == []


@_each(CODED + SIGNED_IN)
def test_a_stranger_is_asked_to_sign_in(operation: Operation) -> None:
    response = _call(APIClient(), operation)
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    body = response.json()
    assert (body["code"], body["data"]) == (401, None)
    assert body["trace_id"] == response["X-Request-ID"]


@_each(CODED)
def test_all_other_codes_do_not_help(operation: Operation, client_with: GrantedClient) -> None:
    others = set(declared_codes()) - {operation.need}
    response = _call(client_with(*_packed(others)), operation)
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["reason"] == "core.permission_denied"
    assert response.json()["trace_id"] == response["X-Request-ID"]


@_each(CODED)
def test_its_own_code_is_enough(operation: Operation, client_with: GrantedClient) -> None:
    response = _call(client_with(str(operation.need)), operation)
    assert response.status_code not in REFUSED, response.content
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@_each(SIGNED_IN)
def test_being_signed_in_is_enough(operation: Operation, client_with: GrantedClient) -> None:
    response = _call(client_with(), operation)
    assert response.status_code not in REFUSED, response.content
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@_each(PUBLIC)
def test_a_stranger_may_ask(operation: Operation) -> None:
    for client in (APIClient(), APIClient(HTTP_AUTHORIZATION="Bearer worn.out.token")):
        response = _call(client, operation)
        assert response.status_code not in REFUSED, response.content
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@_each(VIEWS)
def test_options_asks_for_the_code_of_the_list(
    operation: Operation, client_with: GrantedClient
) -> None:
    assert isinstance(operation.guard, Guard)
    need = operation.guard.need_of("metadata")
    assert _call(APIClient(), operation, "OPTIONS").status_code == HTTPStatus.UNAUTHORIZED
    if isinstance(need, str):
        assert _call(client_with(), operation, "OPTIONS").status_code == HTTPStatus.FORBIDDEN
        assert _call(client_with(need), operation, "OPTIONS").status_code == HTTPStatus.OK
