from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from apps.access.choices import MenuKind
from apps.access.models import DataRule, DataScope, Menu, Role
from apps.access.tests.factories import (
    make_button,
    make_menu,
    make_role,
    make_rule,
    make_scope,
)
from apps.core.testing.fixtures import ClientFor, GrantedClient
from apps.core.wire import wire_id

pytestmark = pytest.mark.django_db
MENUS = "/api/v1/sys/menus"
ROLES = "/api/v1/sys/roles"
RULES = "/api/v1/sys/data-rules"
SCOPES = "/api/v1/sys/data-scopes"
MENU_FIELDS = [
    "title",
    "name",
    "path",
    "parent_id",
    "sort",
    "icon",
    "type",
    "component",
    "perms",
    "status",
    "display",
    "cache",
    "link",
    "remark",
    "id",
    "created_time",
    "updated_time",
]
ROLE_FIELDS = ["name", "status", "is_filter_scopes", "remark", "id", "created_time", "updated_time"]
MENU_CODES = {"sys:menu:list", "sys:menu:add", "sys:menu:edit", "sys:menu:del"}
ROLE_CODES = {
    "sys:role:list",
    "sys:role:add",
    "sys:role:edit",
    "sys:role:del",
    "sys:role:menu:edit",
    "sys:role:scope:edit",
}


def _menu(**changes: Any) -> dict[str, Any]:
    """Return the body that the front end sends for a page."""
    body = {
        "type": 1,
        "path": "/wire",
        "link": "",
        "status": 1,
        "display": 1,
        "cache": 1,
        "title": "Wire",
        "name": "Wire",
        "component": "/system/dept/index",
    }
    return {**body, **changes}


def _role(**changes: Any) -> dict[str, Any]:
    return {"name": "clerk", "status": 1, **changes}


# Menus


def test_a_menu_looks_as_the_wire_wants_it(admin_client: APIClient) -> None:
    data = admin_client.post(MENUS, _menu(perms=" a:b:c,a:b:c ", sort=3)).json()["data"]
    assert list(data) == MENU_FIELDS
    made = Menu.objects.get(name="Wire")
    assert data == {
        **_menu(link=None),
        "parent_id": None,
        "sort": 3,
        "icon": None,
        "perms": "a:b:c",
        "remark": None,
        "id": wire_id(made.pk),
        "created_time": data["created_time"],
        "updated_time": None,
    }
    assert admin_client.get(f"{MENUS}/{made.pk}").json()["data"] == data


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"title": ""}, 422, "title"),
        ({"title": "x" * 65}, 422, "title"),
        ({"name": "x" * 65}, 422, "name"),
        ({"name": {"a": 1}}, 422, "name"),
        ({"path": "x" * 201}, 422, "path"),
        ({"icon": "x" * 129}, 422, "icon"),
        ({"component": "x" * 257}, 422, "component"),
        ({"perms": "word"}, 422, "perms"),
        ({"perms": "a:b:c,DROP TABLE"}, 422, "perms"),
        ({"perms": "x" * 1001}, 422, "perms"),
        ({"type": 5}, 422, "type"),
        ({"type": "page"}, 422, "type"),
        ({"type": None}, 422, "type"),
        ({"type": 2}, 422, "parent_id"),
        ({"status": 3}, 422, "status"),
        ({"display": "yes"}, 422, "display"),
        ({"cache": []}, 422, "cache"),
        ({"sort": -1}, 422, "sort"),
        ({"link": "javascript:alert(1)"}, 422, "link"),
        ({"link": "x" * 2001}, 422, "link"),
        ({"parent_id": "top"}, 422, "parent_id"),
        ({"parent_id": 987654}, 404, None),
        ({"title": "taken"}, 409, None),
        ({"name": "Taken"}, 409, None),
    ],
)
def test_a_bad_menu_is_refused_and_named(
    admin_client: APIClient, changes: dict[str, Any], status: int, field: str | None
) -> None:
    make_menu(name="Taken", title="taken")
    response = admin_client.post(MENUS, _menu(**changes))
    assert response.status_code == response.json()["code"] == status
    if field:
        assert response.json()["data"]["errors"][0]["loc"] == ["body", field]
    assert Menu.objects.count() == 1


@pytest.mark.parametrize("missing", ["title", "name", "type", "status", "display", "cache"])
def test_what_a_menu_needs_is_named(admin_client: APIClient, missing: str) -> None:
    body = _menu()
    del body[missing]
    errors = admin_client.post(MENUS, body).json()["data"]["errors"]
    assert [error["loc"] for error in errors] == [["body", missing]]


def test_a_malformed_body_is_refused(admin_client: APIClient) -> None:
    for url in (MENUS, ROLES):
        response = admin_client.post(url, b'{"name":', content_type="application/json")
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_tree_holds_buttons_and_null_on_leaves(admin_client: APIClient) -> None:
    page = make_menu(sort=2)
    button = make_button("a:b:c", parent=page)
    first = make_menu(sort=1, is_active=False)
    make_menu(is_retired=True)
    tree = admin_client.get(MENUS).json()["data"]
    assert list(tree[0]) == [*MENU_FIELDS, "children"]
    assert [node["id"] for node in tree] == [wire_id(first.pk), wire_id(page.pk)]
    assert [node["id"] for node in tree[1]["children"]] == [wire_id(button.pk)]
    assert tree[0]["children"] is tree[1]["children"][0]["children"] is None


def test_the_tree_is_filtered(admin_client: APIClient) -> None:
    page = make_menu(title="Reports", is_active=False)
    make_button("a:b:c", parent=page, title="Export")
    found = {
        query: [node["title"] for node in admin_client.get(f"{MENUS}?{query}").json()["data"]]
        for query in ("title=REP", "status=1", "status=0", "title=&status=")
    }
    assert found == {
        "title=REP": ["Reports"],
        "status=1": ["Export"],
        "status=0": ["Reports"],
        "title=&status=": ["Reports"],
    }
    assert admin_client.get(f"{MENUS}?status=2").status_code == 422


def test_a_retired_menu_is_found_by_nobody(admin_client: APIClient) -> None:
    gone = make_menu(is_retired=True)
    assert admin_client.get(f"{MENUS}/{gone.pk}").status_code == HTTPStatus.NOT_FOUND
    response = admin_client.put(f"{ROLES}/{make_role().pk}/menus", {"menus": [gone.pk]})
    assert response.status_code == HTTPStatus.NOT_FOUND


def test_a_menu_is_changed_moved_and_deleted(admin_client: APIClient) -> None:
    page = make_menu(icon="mdi:one")
    top = make_menu(kind=MenuKind.DIRECTORY)
    url = f"{MENUS}/{page.pk}"
    data = admin_client.put(url, _menu(parent_id=str(top.pk))).json()["data"]
    assert data["icon"] == "mdi:one"
    assert (data["title"], data["parent_id"]) == ("Wire", wire_id(top.pk))
    assert data["updated_time"] is not None
    data = admin_client.patch(url, {"parent_id": 0, "icon": ""}).json()["data"]
    assert (data["parent_id"], data["icon"], data["title"]) == (None, None, "Wire")
    assert admin_client.delete(url).json() == {"code": 200, "msg": "Request success", "data": None}
    assert admin_client.delete(url).status_code == HTTPStatus.NOT_FOUND


def test_a_menu_cycle_is_refused(admin_client: APIClient) -> None:
    top = make_menu(kind=MenuKind.DIRECTORY)
    below = make_menu(
        kind=MenuKind.DIRECTORY, parent=make_menu(kind=MenuKind.DIRECTORY, parent=top)
    )
    for parent in (top, below):
        response = admin_client.patch(f"{MENUS}/{top.pk}", {"parent_id": parent.pk})
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert response.json()["reason"] == "access.menu.cycle"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("get", "", "sys:menu:list"),
        ("get", "/{pk}", "sys:menu:list"),
        ("post", "", "sys:menu:add"),
        ("put", "/{pk}", "sys:menu:edit"),
        ("patch", "/{pk}", "sys:menu:edit"),
        ("delete", "/{pk}", "sys:menu:del"),
    ],
)
def test_each_operation_on_menus_needs_its_code_and_no_other(
    client_with: GrantedClient, method: str, path: str, code: str
) -> None:
    url = MENUS + path.format(pk=make_menu().pk)
    refused = getattr(client_with(*(MENU_CODES - {code})), method)(url, _menu())
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert getattr(client_with(code), method)(url, _menu()).status_code == HTTPStatus.OK


def test_nobody_makes_or_touches_a_menu_with_codes_they_do_not_hold(
    client_with: GrantedClient,
) -> None:
    client = client_with(*MENU_CODES)
    theirs = make_menu(perms="x:y:list")
    responses = [
        client.post(MENUS, _menu(perms="x:y:list")),
        client.patch(f"{MENUS}/{theirs.pk}", {"title": "mine"}),
        client.delete(f"{MENUS}/{theirs.pk}"),
    ]
    for response in responses:
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert response.json()["reason"] == "access.not_held"
        assert "x:y:list" in response.json()["msg"]
    assert client.post(MENUS, _menu(perms="sys:menu:add")).status_code == HTTPStatus.OK


def test_a_declared_menu_is_kept_but_may_be_renamed(admin_client: APIClient) -> None:
    call_command("sync_menus", verbosity=0)
    page = admin_client.get(f"{MENUS}?title=sysRole").json()["data"][0]
    url = f"{MENUS}/{page['id']}"
    assert admin_client.put(url, {**page, "title": "Roles", "sort": 8}).json()["code"] == 200
    assert Menu.objects.get(name="SysRole").title == "Roles"
    for response in (admin_client.put(url, {**page, "perms": ""}), admin_client.delete(url)):
        assert response.status_code == HTTPStatus.CONFLICT
        assert response.json()["reason"] == "access.menu.builtin"


# The sidebar


def test_the_sidebar_of_a_superuser_is_the_whole_of_the_wire(admin_client: APIClient) -> None:
    call_command("sync_menus", verbosity=0)
    tree = admin_client.get(f"{MENUS}/sidebar").json()["data"]
    dashboard, system, *_others, profile = tree
    names = [node["name"] for node in (dashboard, system, profile)]
    assert names == ["Dashboard", "System", "Profile"]
    assert [node["name"] for node in dashboard["children"]] == ["Analytics", "Workspace"]
    assert [node["name"] for node in system["children"]][:4] == [
        "SysDept",
        "SysUser",
        "SysRole",
        "SysMenu",
    ]
    assert "children" not in profile
    assert profile["meta"]["hideInMenu"] is True
    assert dashboard["component"] is dashboard["perms"] is None
    assert datetime.fromisoformat(dashboard["created_time"]).utcoffset() is not None


def test_whoever_has_no_menu_has_an_empty_sidebar(
    client_with: GrantedClient, make_user: Callable[..., Any], client_for: ClientFor
) -> None:
    make_menu()
    for client in (client_for(make_user()), client_for(make_user(roles=[make_role()]))):
        assert client.get(f"{MENUS}/sidebar").json()["data"] == []
    assert client_with("a:b:c").get(f"{MENUS}/sidebar").json()["data"] == []


def test_a_warm_sidebar_costs_no_query(
    make_user: Callable[..., Any],
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_for(make_user(roles=[make_role(make_menu(name="Held"))]))
    client.get(f"{MENUS}/sidebar")
    with django_assert_num_queries(0):
        tree = client.get(f"{MENUS}/sidebar").json()["data"]
    assert [node["name"] for node in tree] == ["Held"]


# Roles


def test_a_role_looks_as_the_wire_wants_it(admin_client: APIClient) -> None:
    data = admin_client.post(ROLES, _role(remark="", is_filter_scopes=True)).json()["data"]
    assert list(data) == [*ROLE_FIELDS, "menus", "scopes"]
    assert (data["name"], data["status"], data["is_filter_scopes"]) == ("clerk", 1, True)
    assert (data["remark"], data["menus"], data["scopes"]) == (None, [], [])
    url = f"{ROLES}/{data['id']}"
    body = _role(name="boss", status=0, is_filter_scopes=False, remark="top")
    data = admin_client.put(url, body).json()["data"]
    assert {key: data[key] for key in body} == body
    assert data["updated_time"] is not None
    assert admin_client.patch(url, {"status": 1}).json()["data"]["name"] == "boss"


def test_the_detail_of_a_role_shows_what_it_holds(admin_client: APIClient) -> None:
    page = make_menu()
    scope = make_scope()
    scope.rules.add(DataRule.objects.create(name="r", model="m", column="c", expression=0))
    role = make_role(make_button("a:b:c", parent=page), page)
    role.scopes.add(scope)
    data = admin_client.get(f"{ROLES}/{role.pk}").json()["data"]
    assert len(data["menus"]) == 2
    assert list(data["menus"][0]) == MENU_FIELDS
    assert data["scopes"][0]["id"] == wire_id(scope.pk)
    assert data["scopes"][0]["rules"] == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": "taken"}, 409),
        ({"name": ""}, 422),
        ({"name": "x" * 33}, 422),
        ({"status": "x"}, 422),
        ({"is_filter_scopes": "perhaps"}, 422),
        ({"is_filter_scopes": {}}, 422),
        ({"remark": "x" * 2001}, 422),
    ],
)
def test_a_bad_role_is_refused(
    admin_client: APIClient, changes: dict[str, Any], status: int
) -> None:
    make_role(name="taken")
    before = Role.objects.count()
    response = admin_client.post(ROLES, _role(**changes))
    assert response.status_code == response.json()["code"] == status
    assert Role.objects.count() == before


def test_roles_are_filtered_and_paged(admin_client: APIClient) -> None:
    for number in range(3):
        make_role(name=f"clerk {number}")
    make_role(name="off", is_active=False)
    page = admin_client.get(f"{ROLES}?name=CLERK&size=2&page=2").json()["data"]
    assert (page["total"], page["total_pages"]) == (3, 2)
    assert [list(row) for row in page["items"]] == [ROLE_FIELDS]
    assert page["items"][0]["name"] == "clerk 2"
    page = admin_client.get(f"{ROLES}?status=0").json()["data"]
    assert [row["name"] for row in page["items"]] == ["off"]


def test_everybody_may_look_roles_up(client_with: GrantedClient) -> None:
    make_role(name="clerk", is_active=False)
    client = client_with()
    rows = client.get(f"{ROLES}/all").json()["data"]
    assert list(rows[0]) == ROLE_FIELDS
    assert "clerk" in {row["name"] for row in rows}
    assert client.get(ROLES).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("get", "", "sys:role:list"),
        ("get", "/{pk}", "sys:role:list"),
        ("get", "/{pk}/menus", "sys:role:list"),
        ("get", "/{pk}/scopes", "sys:role:list"),
        ("post", "", "sys:role:add"),
        ("put", "/{pk}", "sys:role:edit"),
        ("patch", "/{pk}", "sys:role:edit"),
        ("put", "/status", "sys:role:edit"),
        ("put", "/{pk}/menus", "sys:role:menu:edit"),
        ("put", "/{pk}/scopes", "sys:role:scope:edit"),
        ("delete", "", "sys:role:del"),
        ("delete", "/{pk}", "sys:role:del"),
    ],
)
def test_each_operation_on_roles_needs_its_code_and_no_other(
    client_with: GrantedClient, method: str, path: str, code: str
) -> None:
    role = make_role()
    url = ROLES + path.format(pk=role.pk)
    body = _role(pks=[role.pk], menus=[], scopes=[])
    refused = getattr(client_with(*(ROLE_CODES - {code})), method)(url, body)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert getattr(client_with(code), method)(url, body).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("put", ""),
        ("delete", ""),
        ("get", "/menus"),
        ("put", "/menus"),
        ("get", "/scopes"),
        ("put", "/scopes"),
    ],
)
def test_an_unknown_role_is_not_found(admin_client: APIClient, method: str, path: str) -> None:
    body = _role(menus=[], scopes=[])
    response = getattr(admin_client, method)(f"{ROLES}/987654{path}", body)
    assert response.status_code == HTTPStatus.NOT_FOUND
    response = getattr(admin_client, method)(f"{ROLES}/clerk{path}", body)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_menus_of_a_role_are_replaced_and_shown_as_a_tree(admin_client: APIClient) -> None:
    top = make_menu(kind=MenuKind.DIRECTORY)
    page = make_menu(parent=top)
    button = make_button("a:b:c", parent=page, is_active=False)
    url = f"{ROLES}/{make_role(make_menu()).pk}/menus"
    body = {"menus": [str(button.pk), button.pk]}
    assert admin_client.put(url, body).json()["data"] is None
    tree = admin_client.get(url).json()["data"]
    assert [node["id"] for node in tree] == [wire_id(top.pk)]
    leaf = tree[0]["children"][0]["children"][0]
    assert (leaf["id"], leaf["children"], leaf["status"]) == (wire_id(button.pk), None, 0)
    assert admin_client.put(url, {"menus": []}).json()["code"] == 200
    assert admin_client.get(url).json()["data"] == []


@pytest.mark.parametrize("name", ["menus", "scopes"])
@pytest.mark.parametrize(
    ("ids", "status"),
    [([987654], 404), (None, 422), ("1", 422), ([None], 422), (["x"], 422), ([0], 422), ({}, 422)],
)
def test_bad_ids_change_nothing(admin_client: APIClient, name: str, ids: Any, status: int) -> None:
    role = make_role(make_menu())
    role.scopes.add(make_scope())
    response = admin_client.put(f"{ROLES}/{role.pk}/{name}", {name: ids})
    assert response.status_code == status
    assert (role.menus.count(), role.scopes.count()) == (1, 1)
    assert admin_client.put(f"{ROLES}/{role.pk}/{name}", {}).status_code == 422


def test_the_scopes_of_a_role_are_replaced_and_listed(admin_client: APIClient) -> None:
    first, second = make_scope(), make_scope()
    url = f"{ROLES}/{make_role().pk}/scopes"
    assert admin_client.put(url, {"scopes": [second.pk, first.pk, second.pk]}).json()["code"] == 200
    assert admin_client.get(url).json()["data"] == [wire_id(first.pk), wire_id(second.pk)]
    assert admin_client.put(url, {"scopes": []}).json()["code"] == 200
    assert admin_client.get(url).json()["data"] == []


def test_nobody_gives_what_they_do_not_hold(client_with: GrantedClient) -> None:
    client = client_with("sys:role:menu:edit", "sys:role:scope:edit", scopes=[])
    role = make_role()
    menu, scope = make_button("x:y:z"), make_scope(name="everything")
    given = {"menus": [menu.pk]}, {"scopes": [scope.pk]}
    for body, missing in zip(given, ("x:y:z", "everything"), strict=True):
        response = client.put(f"{ROLES}/{role.pk}/{next(iter(body))}", body)
        assert response.status_code == HTTPStatus.FORBIDDEN
        assert response.json()["reason"] == "access.not_held"
        assert missing in response.json()["msg"]
    assert (role.menus.count(), role.scopes.count()) == (0, 0)


def test_roles_are_deleted_all_or_none(admin_client: APIClient, user: Any) -> None:
    free, held = make_role(), make_role(name="held")
    user.roles.add(held)
    assert admin_client.delete(ROLES, {"pks": [free.pk, 987654]}).status_code == 404
    assert admin_client.delete(ROLES, {"pks": []}).status_code == 422
    assert admin_client.delete(ROLES).status_code == 422
    assert Role.objects.filter(pk__in=[free.pk, held.pk]).count() == 2
    pks = [str(free.pk), held.pk]
    assert admin_client.delete(ROLES, {"pks": pks}).json()["data"] is None
    assert not Role.objects.filter(pk__in=pks).exists()
    assert user.roles.count() == 0


def test_roles_are_switched_together(admin_client: APIClient) -> None:
    pks = [make_role().pk for _number in range(2)]
    assert admin_client.put(f"{ROLES}/status", {"pks": pks, "status": 0}).json()["code"] == 200
    assert not Role.objects.filter(pk__in=pks, is_active=True).exists()


# Effect at once


@pytest.fixture
def clerk(make_user: Callable[..., Any]) -> Any:
    """Return a user whose one role opens the list of roles and, on a page of its own, menus."""
    role = make_role(
        make_button("sys:role:list", name="Look"), make_menu(perms="sys:menu:list"), name="clerks"
    )
    return make_user(roles=[role])


@pytest.mark.parametrize(
    "change", ["menus taken", "menu disabled", "role disabled", "menu deleted"]
)
def test_a_change_counts_on_the_very_next_request(
    admin_client: APIClient, clerk: Any, client_for: ClientFor, change: str
) -> None:
    client = client_for(clerk)
    assert client.get(ROLES).status_code == HTTPStatus.OK
    role, menu = clerk.roles.get(), Menu.objects.get(name="Look")
    if change == "menus taken":
        kept = list(role.menus.exclude(pk=menu.pk).values_list("pk", flat=True))
        answer = admin_client.put(f"{ROLES}/{role.pk}/menus", {"menus": kept})
    elif change == "menu disabled":
        Menu.objects.filter(pk=menu.pk).update(parent=make_menu())
        answer = admin_client.patch(f"{MENUS}/{menu.pk}", {"status": 0})
    elif change == "role disabled":
        answer = admin_client.put(f"{ROLES}/{role.pk}", _role(status=0))
    else:
        answer = admin_client.delete(f"{MENUS}/{menu.pk}")
    assert answer.status_code == HTTPStatus.OK
    assert client.get(ROLES).status_code == HTTPStatus.FORBIDDEN


def test_a_code_that_is_given_counts_on_the_very_next_request(
    admin_client: APIClient, clerk: Any, client_for: ClientFor
) -> None:
    client = client_for(clerk)
    assert client.post(ROLES, _role()).status_code == HTTPStatus.FORBIDDEN
    pks = [make_button("sys:role:add").pk]
    admin_client.put(f"{ROLES}/{clerk.roles.get().pk}/menus", {"menus": pks})
    assert client.post(ROLES, _role()).status_code == HTTPStatus.OK


# Query budgets


@pytest.mark.parametrize("rows", [20, 200])
def test_the_lists_cost_the_same_for_few_and_many_rows(
    client_with: GrantedClient, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    client = client_with("sys:role:list", "sys:menu:list")
    Role.objects.bulk_create(Role(name=f"r{number}") for number in range(rows))
    parent = make_menu()
    Menu.objects.bulk_create(
        Menu(name=f"m{number}", title=f"m{number}", kind=1, parent=parent) for number in range(rows)
    )
    role = make_role(*Menu.objects.all())
    budgets = {
        f"{ROLES}?size={rows}": 2,
        f"{ROLES}/all": 1,
        f"{ROLES}/{role.pk}": 3,
        f"{ROLES}/{role.pk}/menus": 2,
        f"{ROLES}/{role.pk}/scopes": 2,
        MENUS: 1,
    }
    client.get(ROLES)
    for url, queries in budgets.items():
        with django_assert_num_queries(queries):
            assert client.get(url).status_code == HTTPStatus.OK


# Data rules


def _rule(**changes: Any) -> dict[str, Any]:
    """Return the body that the front end sends for a rule."""
    body = {
        "name": "active only",
        "model": "User",
        "column": "status",
        "operator": 0,
        "expression": 0,
        "value": "1",
    }
    return {**body, **changes}


def test_a_rule_looks_as_the_wire_wants_it(admin_client: APIClient) -> None:
    data = admin_client.post(RULES, _rule()).json()["data"]
    times = {"created_time": data["created_time"], "updated_time": None}
    assert data == {**_rule(), "id": data["id"], **times}
    url = f"{RULES}/{data['id']}"
    data = admin_client.put(url, _rule(name="x", operator=1, expression=6, value="0,1")).json()[
        "data"
    ]
    assert (data["name"], data["operator"], data["expression"]) == ("x", 1, 6)
    assert data["updated_time"] is not None
    assert admin_client.get(url).json()["data"] == data
    assert admin_client.get(f"{RULES}/all").json()["data"] == [data]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": "x" * 256}, 422, "name"),
        ({"name": "taken"}, 409, None),
        ({"model": "Nothing"}, 422, "model"),
        ({"model": ["User"]}, 422, "model"),
        ({"column": "password"}, 422, "column"),
        ({"operator": 2}, 422, "operator"),
        ({"expression": 8}, 422, "expression"),
        ({"expression": None}, 422, "expression"),
        ({"expression": 4}, 422, "value"),
        ({"value": ""}, 422, "value"),
        ({"value": "maybe"}, 422, "value"),
        ({"value": "x" * 257}, 422, "value"),
    ],
)
def test_a_bad_rule_is_refused_and_named(
    admin_client: APIClient, changes: dict[str, Any], status: int, field: str | None
) -> None:
    make_rule(name="taken")
    made = admin_client.post(RULES, _rule()).json()["data"]["id"]
    sent = {"name": "another", **changes}
    for response in (
        admin_client.post(RULES, _rule(**sent)),
        admin_client.put(f"{RULES}/{made}", _rule(**sent)),
    ):
        assert response.status_code == status, response.content
        if field:
            assert response.json()["data"]["errors"][0]["loc"][-1] == field
    assert DataRule.objects.count() == 2


def test_rules_are_filtered_and_paged(admin_client: APIClient) -> None:
    for name in ("own rows", "own dept", "others"):
        make_rule(name=name)
    page = admin_client.get(RULES, {"name": "own", "size": "1"}).json()["data"]
    assert (page["total"], [row["name"] for row in page["items"]]) == (2, ["own rows"])


def test_everybody_may_look_up_what_rules_are_made_of(client_with: GrantedClient) -> None:
    client = client_with()
    models = client.get(f"{RULES}/models").json()["data"]
    assert models[0] == "__ALL__"
    for model in models:
        columns = client.get(f"{RULES}/models/{model}/columns").json()["data"]
        assert columns
        assert all(row.keys() == {"key", "comment"} and row["comment"] for row in columns)
    variables = client.get(f"{RULES}/value-template-variables").json()["data"]
    assert {row["key"] for row in variables} == {
        "${user_id}",
        "${dept_id}",
        "${dept_and_below}",
        "${now}",
    }
    assert client.get(f"{RULES}/all").json()["data"] == []
    assert client.get(f"{RULES}/models/Nothing/columns").status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"{RULES}/models/DataRule/columns").status_code == HTTPStatus.NOT_FOUND


def test_rules_are_deleted_all_or_none(admin_client: APIClient) -> None:
    first, second = make_rule(), make_rule()
    pks = {"pks": [first.pk, 987654]}
    assert admin_client.delete(RULES, pks).status_code == HTTPStatus.NOT_FOUND
    response = admin_client.delete(RULES, {"pks": [first.pk, second.pk]})
    assert (response.status_code, response.json()["data"]) == (HTTPStatus.OK, None)
    assert not DataRule.objects.exists()


# Data scopes


def test_a_scope_looks_as_the_wire_wants_it(admin_client: APIClient) -> None:
    data = admin_client.post(SCOPES, {"name": "own", "status": 1}).json()["data"]
    assert data == {
        "name": "own",
        "status": 1,
        "id": data["id"],
        "created_time": data["created_time"],
        "updated_time": None,
    }
    url = f"{SCOPES}/{data['id']}"
    data = admin_client.put(url, {"name": "mine", "status": 0}).json()["data"]
    assert (data["name"], data["status"]) == ("mine", 0)
    assert admin_client.get(url).json()["data"] == data
    assert admin_client.get(f"{SCOPES}/all").json()["data"] == [data]
    assert admin_client.get(f"{url}/rules").json()["data"] == {**data, "rules": []}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "taken", "status": 1}, 409),
        ({"name": "", "status": 1}, 422),
        ({"name": "x" * 65, "status": 1}, 422),
        ({"name": "x", "status": 2}, 422),
        ({"status": 1}, 422),
        ({"name": "x"}, 422),
    ],
)
def test_a_bad_scope_is_refused(admin_client: APIClient, body: dict[str, Any], status: int) -> None:
    make_scope(name="taken")
    other = make_scope()
    assert admin_client.post(SCOPES, body).status_code == status
    assert admin_client.put(f"{SCOPES}/{other.pk}", body).status_code == status


def test_scopes_are_filtered_and_switched(admin_client: APIClient) -> None:
    on, off = make_scope(name="on"), make_scope(name="off", is_active=False)
    for status, expected in (("1", ["on"]), ("0", ["off"]), ("", ["on", "off"])):
        items = admin_client.get(SCOPES, {"name": "o", "status": status}).json()["data"]["items"]
        assert [row["name"] for row in items] == expected
    admin_client.put(f"{SCOPES}/status", {"pks": [on.pk, off.pk], "status": 0})
    assert not DataScope.objects.filter(is_active=True).exists()


def test_the_rules_of_a_scope_are_replaced(admin_client: APIClient) -> None:
    rule, scope = make_rule(), make_scope(make_rule())
    url = f"{SCOPES}/{scope.pk}/rules"
    response = admin_client.put(url, {"rules": [rule.pk, rule.pk]})
    assert (response.status_code, response.json()["data"]) == (HTTPStatus.OK, None)
    (shown,) = admin_client.get(url).json()["data"]["rules"]
    assert shown == admin_client.get(f"{RULES}/{rule.pk}").json()["data"]
    for body, status in (
        ({"rules": [987654]}, 404),
        ({"rules": [rule.pk, 987654]}, 404),
        ({"rules": ["x"]}, 422),
        ({"rules": None}, 422),
        ({}, 422),
    ):
        assert admin_client.put(url, body).status_code == status
    assert list(scope.rules.all()) == [rule]
    assert admin_client.put(url, {"rules": []}).status_code == HTTPStatus.OK
    assert not scope.rules.exists()
    assert admin_client.put(f"{SCOPES}/987654/rules", {"rules": []}).status_code == 404


def test_nobody_widens_their_own_view(client_with: GrantedClient) -> None:
    rule = make_rule()
    scope = make_scope(rule)
    client = client_with(
        "data:rule:edit", "data:rule:del", "data:scope:edit", "data:scope:rule:edit", scopes=[scope]
    )
    for response in (
        client.put(f"{RULES}/{rule.pk}", _rule()),
        client.delete(RULES, {"pks": [rule.pk]}),
        client.put(f"{SCOPES}/{scope.pk}", {"name": scope.name, "status": 0}),
        client.put(f"{SCOPES}/{scope.pk}/rules", {"rules": []}),
    ):
        assert response.status_code == HTTPStatus.FORBIDDEN, response.content
        assert response.json()["reason"] == "access.not_held"


def test_scopes_are_deleted_with_their_links(admin_client: APIClient) -> None:
    scope = make_scope(make_rule())
    role = make_role()
    role.scopes.add(scope)
    assert admin_client.delete(SCOPES, {"pks": [scope.pk]}).status_code == HTTPStatus.OK
    assert not role.scopes.exists()
    assert DataRule.objects.count() == 1


def test_a_scope_is_tried_for_a_user(client_with: GrantedClient, user: Any) -> None:
    scope = make_scope(make_rule("__ALL__", "__created_by__", "${user_id}"))
    client = client_with("data:scope:list")
    for query in ({}, {"user": str(user.pk)}):
        rows = client.get(f"{SCOPES}/{scope.pk}/preview", query).json()["data"]
        (row,) = (row for row in rows if row["model"] == "User")
        assert row == {"model": "User", "comment": "Users", "visible": 1, "total": 2}
    for query, status in (({"user": "987654"}, 404), ({"user": "x"}, 422)):
        assert client.get(f"{SCOPES}/{scope.pk}/preview", query).status_code == status
    blind = client_with("data:scope:list", scopes=[])
    response = blind.get(f"{SCOPES}/{scope.pk}/preview", {"user": str(user.pk)})
    assert response.status_code == HTTPStatus.NOT_FOUND
