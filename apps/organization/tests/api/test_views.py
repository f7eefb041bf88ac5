from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from apps.core.testing.fixtures import ClientFor, GrantedClient
from apps.core.wire import wire_id
from apps.organization.models import Department, Position
from apps.organization.services import department_create, department_delete

pytestmark = pytest.mark.django_db
DEPTS = "/api/v1/sys/depts"
POSITIONS = "/api/v1/sys/positions"
DEPT_FIELDS = [
    "name",
    "parent_id",
    "sort",
    "leader",
    "phone",
    "email",
    "status",
    "id",
    "del_flag",
    "created_time",
    "updated_time",
]


def _body(**changes: Any) -> dict[str, Any]:
    return {"name": "sales", "status": 1, **changes}


def test_a_department_looks_as_the_wire_wants_it(admin_client: APIClient) -> None:
    body = _body(sort=3, leader="Ann", phone="13800138000", email="ann@example.com")
    data = admin_client.post(DEPTS, body).json()["data"]
    assert list(data) == DEPT_FIELDS
    made = Department.objects.get()
    assert data == {
        "name": "sales",
        "parent_id": None,
        "sort": 3,
        "leader": "Ann",
        "phone": "13800138000",
        "email": "ann@example.com",
        "status": 1,
        "id": wire_id(made.pk),
        "del_flag": False,
        "created_time": data["created_time"],
        "updated_time": None,
    }
    assert admin_client.get(f"{DEPTS}/{made.pk}").json()["data"] == data


def test_empty_texts_leave_as_null(admin_client: APIClient) -> None:
    body = _body(leader="", phone="", email=None, parent_id=0)
    data = admin_client.post(DEPTS, body).json()["data"]
    assert (data["leader"], data["phone"], data["email"], data["parent_id"]) == (None,) * 4


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": "   "}, 422, "name"),
        ({"name": None}, 422, "name"),
        ({"name": ["a"]}, 422, "name"),
        ({"name": "x" * 65}, 422, "name"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"status": 2}, 422, "status"),
        ({"status": "on"}, 422, "status"),
        ({"status": {}}, 422, "status"),
        ({"sort": -1}, 422, "sort"),
        ({"sort": 2**31}, 422, "sort"),
        ({"sort": "first"}, 422, "sort"),
        ({"leader": "x" * 33}, 422, "leader"),
        ({"phone": "12345678901"}, 422, "phone"),
        ({"phone": "138001380001"}, 422, "phone"),
        ({"email": "nobody"}, 422, "email"),
        ({"email": f"{'a' * 60}@example.com"}, 422, "email"),
        ({"parent_id": "top"}, 422, "parent_id"),
        ({"parent_id": -1}, 422, "parent_id"),
        ({"parent_id": 2**70}, 422, "parent_id"),
        ({"parent_id": 987654}, 404, None),
    ],
)
def test_bad_input_is_refused_and_named(
    admin_client: APIClient, changes: dict[str, Any], status: int, field: str | None
) -> None:
    response = admin_client.post(DEPTS, _body(**changes))
    assert response.status_code == response.json()["code"] == status
    if field:
        assert response.json()["data"]["errors"][0]["loc"] == ["body", field]
    assert not Department.objects.exists()


@pytest.mark.parametrize("missing", ["name", "status"])
def test_what_is_required_is_named(admin_client: APIClient, missing: str) -> None:
    body = _body()
    del body[missing]
    errors = admin_client.post(DEPTS, body).json()["data"]["errors"]
    assert [error["loc"] for error in errors] == [["body", missing]]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b"null"])
def test_a_malformed_body_is_refused(admin_client: APIClient, body: bytes) -> None:
    response = admin_client.post(DEPTS, body, content_type="application/json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["code"] == 422


def test_a_taken_name_is_a_conflict(admin_client: APIClient) -> None:
    department_create(name="sales")
    response = admin_client.post(DEPTS, _body())
    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json()["reason"] == "organization.department.name_taken"


def test_the_tree_is_nested_sorted_and_without_the_deleted(admin_client: APIClient) -> None:
    head = department_create(name="head")
    late = department_create(name="late", parent=head, sort=2)
    early = department_create(name="early", parent=head, sort=1)
    department_delete(department=department_create(name="gone", parent=head))
    tree = admin_client.get(DEPTS).json()["data"]
    assert list(tree[0]) == [*DEPT_FIELDS, "children"]
    assert [node["id"] for node in tree] == [wire_id(head.pk)]
    assert [node["id"] for node in tree[0]["children"]] == [wire_id(early.pk), wire_id(late.pk)]
    assert tree[0]["children"][0]["children"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=AL", ["sales"]),
        ("name=", ["head"]),
        ("leader=nn", ["sales"]),
        ("phone=138", ["sales"]),
        ("phone=001", []),
        ("name=%25", []),
        ("status=0", ["law"]),
        ("status=1", ["head"]),
    ],
)
def test_a_department_whose_parent_is_filtered_out_is_a_root(
    admin_client: APIClient, query: str, found: list[str]
) -> None:
    head = department_create(name="head")
    department_create(name="sales", parent=head, leader="Ann", phone="13800138001")
    department_create(name="law", parent=head, is_active=False)
    tree = admin_client.get(f"{DEPTS}?{query}").json()["data"]
    assert [node["name"] for node in tree] == found


def test_a_filter_of_the_wrong_type_is_refused(admin_client: APIClient) -> None:
    response = admin_client.get(f"{DEPTS}?status=on")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"] == ["query", "status"]


def test_an_update_keeps_what_is_not_sent(admin_client: APIClient) -> None:
    head = department_create(name="head")
    sales = department_create(name="sales", parent=head, leader="Ann", sort=5)
    url = f"{DEPTS}/{sales.pk}"
    data = admin_client.put(url, {"name": "trade", "status": 0}).json()["data"]
    assert (data["name"], data["status"], data["leader"]) == ("trade", 0, "Ann")
    assert (data["sort"], data["parent_id"]) == (5, wire_id(head.pk))
    assert data["updated_time"] is not None
    data = admin_client.patch(url, {"parent_id": None, "leader": ""}).json()["data"]
    assert (data["name"], data["parent_id"], data["leader"]) == ("trade", None, None)


@pytest.mark.parametrize("below", ["itself", "child", "grandchild"])
def test_a_cycle_is_refused(admin_client: APIClient, below: str) -> None:
    itself = department_create(name="itself")
    child = department_create(name="child", parent=itself)
    grandchild = department_create(name="grandchild", parent=child)
    parent = {"itself": itself, "child": child, "grandchild": grandchild}[below]
    body = _body(name="itself", parent_id=str(parent.pk))
    response = admin_client.put(f"{DEPTS}/{itself.pk}", body)
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["reason"] == "organization.department.cycle"
    assert admin_client.get(DEPTS).json()["data"][0]["id"] == wire_id(itself.pk)


@pytest.mark.parametrize("pk", ["0", "987654", str(2**80)])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_an_unknown_department_is_not_found(admin_client: APIClient, method: str, pk: str) -> None:
    response = getattr(admin_client, method)(f"{DEPTS}/{pk}", _body())
    assert response.status_code == HTTPStatus.NOT_FOUND


def test_an_id_that_is_no_number_is_invalid(admin_client: APIClient) -> None:
    response = admin_client.get(f"{DEPTS}/top")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"] == ["path", "pk"]


def test_a_deleted_department_is_found_by_nobody(admin_client: APIClient) -> None:
    sales = department_create(name="sales")
    url = f"{DEPTS}/{sales.pk}"
    body = admin_client.delete(url).json()
    assert (body["code"], body["data"]) == (200, None)
    assert admin_client.delete(url).status_code == HTTPStatus.NOT_FOUND
    assert admin_client.get(url).status_code == HTTPStatus.NOT_FOUND
    body = _body(name="new", parent_id=sales.pk)
    assert admin_client.post(DEPTS, body).status_code == HTTPStatus.NOT_FOUND
    sales.refresh_from_db()
    assert sales.deleted_at is not None


def test_a_department_in_use_is_not_deleted(
    admin_client: APIClient, make_user: Callable[..., Any]
) -> None:
    head = department_create(name="head")
    sales = department_create(name="sales", parent=head)
    make_user(department=sales)
    for department, reason in ((head, "children"), (sales, "users")):
        response = admin_client.delete(f"{DEPTS}/{department.pk}")
        assert response.status_code == HTTPStatus.CONFLICT
        assert response.json()["reason"] == f"organization.department.{reason}"


def test_departments_are_switched_all_or_none(admin_client: APIClient) -> None:
    pks = [department_create(name=name).pk for name in ("a", "b")]
    url = f"{DEPTS}/status"
    response = admin_client.put(url, {"pks": [*pks, 987654], "status": 0})
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert Department.objects.filter(is_active=True).count() == 2
    assert admin_client.put(url, {"pks": [str(pks[0]), pks[1]], "status": 0}).json()["data"] == {
        "changed": 2
    }
    assert not Department.objects.filter(is_active=True).exists()
    assert admin_client.put(url, {"pks": [], "status": 0}).status_code == 422
    assert admin_client.put(url, {"pks": pks}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("get", "", "sys:dept:list"),
        ("get", "/{pk}", "sys:dept:list"),
        ("post", "", "sys:dept:add"),
        ("put", "/{pk}", "sys:dept:edit"),
        ("patch", "/{pk}", "sys:dept:edit"),
        ("put", "/status", "sys:dept:edit"),
        ("delete", "/{pk}", "sys:dept:del"),
    ],
)
def test_each_operation_needs_its_code_and_no_other(
    client_with: GrantedClient, method: str, path: str, code: str
) -> None:
    sales = department_create(name="sales")
    url = DEPTS + path.format(pk=sales.pk)
    body = _body(name="new", pks=[sales.pk])
    codes = {"sys:dept:list", "sys:dept:add", "sys:dept:edit", "sys:dept:del"}
    refused = getattr(client_with(*(codes - {code})), method)(url, body)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert getattr(client_with(code), method)(url, body).status_code == HTTPStatus.OK


def test_whoever_belongs_to_a_disabled_department_is_refusedat_once(
    admin_client: APIClient, make_user: Callable[..., Any], client_for: ClientFor
) -> None:
    sales = department_create(name="sales")
    client = client_for(make_user(department=sales))
    assert client.get(f"{POSITIONS}/all").status_code == HTTPStatus.OK
    admin_client.put(f"{DEPTS}/{sales.pk}", _body(status=0))
    assert client.get(f"{POSITIONS}/all").status_code == HTTPStatus.FORBIDDEN
    admin_client.put(f"{DEPTS}/status", {"pks": [sales.pk], "status": 1})
    assert client.get(f"{POSITIONS}/all").status_code == HTTPStatus.OK


@pytest.mark.parametrize("rows", [20, 200])
def test_the_tree_costs_one_query(
    client_with: GrantedClient, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    head = department_create(name="head")
    Department.objects.bulk_create(
        Department(name=f"d{number}", parent=head) for number in range(rows)
    )
    client = client_with("sys:dept:list")
    client.get(DEPTS)
    with django_assert_num_queries(1):
        tree = client.get(DEPTS).json()["data"]
    assert len(tree[0]["children"]) == rows


@pytest.fixture
def two_clients(make_user: Callable[..., Any], client_for: ClientFor) -> list[APIClient]:
    """Return two signed-in superusers."""
    return [client_for(make_user(is_superuser=True)) for _number in range(2)]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_two_equal_names_at_the_same_time_one_wins(
    two_clients: list[APIClient], at_once: Callable[..., list[int]], attempt: int
) -> None:
    first, second = two_clients
    body = _body(name=f"sales {attempt}")
    statuses = at_once(lambda: first.post(DEPTS, body), lambda: second.post(DEPTS, body))
    assert statuses == [HTTPStatus.OK, HTTPStatus.CONFLICT]
    assert Department.objects.count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_attempt", range(5))
def test_two_moves_at_the_same_time_make_no_cycle(
    two_clients: list[APIClient], at_once: Callable[..., list[int]], _attempt: int
) -> None:
    first, second = two_clients
    a, b = (department_create(name=name) for name in ("a", "b"))
    statuses = at_once(
        lambda: first.patch(f"{DEPTS}/{a.pk}", {"parent_id": b.pk}),
        lambda: second.patch(f"{DEPTS}/{b.pk}", {"parent_id": a.pk}),
    )
    assert statuses == [HTTPStatus.OK, HTTPStatus.FORBIDDEN]
    assert Department.objects.filter(parent=None).count() == 1


def _position(**changes: Any) -> dict[str, Any]:
    return {"name": "clerk", "code": "clerk", "status": 1, **changes}


def test_a_position_is_made_shown_changed_and_deleted(admin_client: APIClient) -> None:
    data = admin_client.post(POSITIONS, _position(remark="", sort=2)).json()["data"]
    assert list(data) == [
        "name",
        "code",
        "sort",
        "status",
        "remark",
        "id",
        "created_time",
        "updated_time",
    ]
    assert (data["remark"], data["sort"], data["status"]) == (None, 2, 1)
    url = f"{POSITIONS}/{data['id']}"
    changed = admin_client.put(url, _position(name="senior clerk", status=0)).json()["data"]
    assert (changed["name"], changed["sort"], changed["status"]) == ("senior clerk", 2, 0)
    assert admin_client.patch(url, {"sort": 7}).json()["data"]["sort"] == 7
    assert admin_client.get(url).json()["data"]["name"] == "senior clerk"
    assert admin_client.delete(POSITIONS, {"pks": [data["id"]]}).json()["data"] is None
    assert admin_client.get(url).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": "boss"}, 409),
        ({"code": "boss"}, 409),
        ({"name": "x" * 65}, 422),
        ({"code": ""}, 422),
        ({"sort": -1}, 422),
        ({"remark": "x" * 2001}, 422),
        ({"status": 7}, 422),
    ],
)
def test_a_bad_position_is_refused(
    admin_client: APIClient, changes: dict[str, Any], status: int
) -> None:
    Position.objects.create(name="boss", code="boss")
    assert admin_client.post(POSITIONS, _position(**changes)).status_code == status
    assert Position.objects.count() == 1


def test_positions_are_filtered_and_paged(admin_client: APIClient) -> None:
    for number in range(3):
        Position.objects.create(name=f"clerk {number}", code=f"c{number}", sort=number)
    Position.objects.create(name="boss", code="b", is_active=False)
    page = admin_client.get(f"{POSITIONS}?name=clerk&size=2&page=2").json()["data"]
    assert (page["total"], page["total_pages"]) == (3, 2)
    assert [row["name"] for row in page["items"]] == ["clerk 2"]
    page = admin_client.get(f"{POSITIONS}?code=B&status=0").json()["data"]
    assert [row["name"] for row in page["items"]] == ["boss"]


def test_everybody_may_look_positions_up(client_with: GrantedClient) -> None:
    boss = Position.objects.create(name="boss", code="b", is_active=False)
    client = client_with()
    rows = client.get(f"{POSITIONS}/all").json()["data"]
    assert rows == [{"id": wire_id(boss.pk), "name": "boss", "code": "b", "status": 0}]
    assert client.get(POSITIONS).status_code == HTTPStatus.FORBIDDEN


def test_positions_are_deleted_all_or_none(admin_client: APIClient, user: Any) -> None:
    free, held = (Position.objects.create(name=name, code=name) for name in ("free", "held"))
    user.positions.add(held)
    response = admin_client.delete(POSITIONS, {"pks": [free.pk, held.pk]})
    assert response.status_code == HTTPStatus.CONFLICT
    assert "held" in response.json()["msg"]
    response = admin_client.delete(POSITIONS, {"pks": [free.pk, 987654]})
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert Position.objects.count() == 2


def test_positions_are_switched_together(admin_client: APIClient) -> None:
    pks = [Position.objects.create(name=name, code=name).pk for name in ("a", "b")]
    response = admin_client.put(f"{POSITIONS}/status", {"pks": pks, "status": 0})
    assert response.json()["code"] == 200
    assert not Position.objects.filter(is_active=True).exists()


@pytest.mark.parametrize("rows", [20, 200])
def test_the_list_of_positions_costs_two_queries(
    client_with: GrantedClient, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    Position.objects.bulk_create(
        Position(name=f"p{number}", code=f"p{number}") for number in range(rows)
    )
    client = client_with("sys:position:list")
    url = f"{POSITIONS}?size={rows}"
    client.get(url)
    with django_assert_num_queries(2):
        page = client.get(url).json()["data"]
    assert len(page["items"]) == page["total"] == rows
