from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
DEPTS = "/api/v1/sys/depts"


@pytest.fixture
def department() -> Callable[..., Any]:
    """Return a function that saves a department."""
    return apps.get_model("organization.Department").objects.create


def test_the_list_is_a_tree(admin_client: APIClient, department: Callable[..., Any]) -> None:
    head = department(name="head")
    department(name="sales", parent=head)
    tree = admin_client.get(DEPTS).json()["data"]
    assert [node["name"] for node in tree] == ["head"]
    assert [node["name"] for node in tree[0]["children"]] == ["sales"]


def test_the_tree_is_locked_before_the_row_that_moves(
    admin_client: APIClient, department: Callable[..., Any]
) -> None:
    head, sales = department(name="head"), department(name="sales")
    url = f"{DEPTS}/{sales.pk}"
    with CaptureQueriesContext(connection) as queries:
        body = {"name": "sales", "status": 1, "parent_id": head.pk}
        assert admin_client.put(url, body).status_code == HTTPStatus.OK
    table = f"FROM {connection.ops.quote_name('organization_department')}"
    reads = [query["sql"] for query in queries if table in query["sql"]]
    assert reads[0].partition("WHERE")[2].count("deleted_at") == 1  # all that live, no single row
    assert " AND " not in reads[0]


def test_the_parent_is_looked_up_among_the_visible(
    admin_client: APIClient, department: Callable[..., Any]
) -> None:
    sales = department(name="sales")
    url = f"{DEPTS}/{sales.pk}"
    assert admin_client.patch(url, {"parent_id": 987654}).status_code == HTTPStatus.NOT_FOUND
    assert admin_client.patch(url, {"parent_id": 0}).json()["data"]["parent_id"] is None


def test_the_document_says_that_children_are_nodes(admin_client: APIClient) -> None:
    schemas = admin_client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    children = schemas["DeptNode"]["properties"]["children"]
    assert children["items"] == {"$ref": "#/components/schemas/DeptNode"}
    assert children["nullable"] is True
