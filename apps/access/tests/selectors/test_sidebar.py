from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.access.choices import MenuKind
from apps.access.selectors import (
    sidebar_of,
)
from apps.access.services.menus import menu_update
from apps.access.services.roles import role_set_menus, role_update
from apps.access.tests.factories import make_button, make_menu, make_role
from apps.core.wire import wire_id

pytestmark = pytest.mark.django_db
KEYS = [
    "id",
    "name",
    "path",
    "sort",
    "type",
    "component",
    "perms",
    "remark",
    "parent_id",
    "created_time",
    "updated_time",
    "meta",
]


def _names(nodes: list[dict[str, Any]]) -> list[Any]:
    return [[node["name"], *_names(node.get("children", []))] for node in nodes]


def test_a_sidebar_node_looks_as_the_front_end_wants_it(make_user: Callable[..., Any]) -> None:
    menu = make_menu(
        name="Docs",
        title="Documents",
        kind=MenuKind.PAGE,
        path="/docs",
        component="/docs/index",
        icon="mdi:book",
        perms="a:docs:list",
        sort=4,
        remark="for all",
    )
    node = sidebar_of(make_user(is_superuser=True))[0]
    assert list(node) == KEYS  # a leaf has no children
    moment = datetime.fromisoformat(node["created_time"])
    assert moment == menu.created_at.replace(microsecond=0)
    assert moment.tzinfo is not None
    assert node["updated_time"] is None
    assert (node["id"], node["parent_id"], node["type"]) == (wire_id(menu.pk), None, 1)
    assert (node["path"], node["component"], node["perms"]) == (
        "/docs",
        "/docs/index",
        "a:docs:list",
    )
    assert (node["sort"], node["remark"]) == (4, "for all")
    assert node["meta"] == {
        "title": "Documents",
        "icon": "mdi:book",
        "iframeSrc": "",
        "link": "",
        "keepAlive": 1,
        "hideInMenu": False,
        "menuVisibleWithForbidden": False,
    }


def test_empty_texts_are_null_in_the_sidebar(make_user: Callable[..., Any]) -> None:
    make_menu(kind=MenuKind.DIRECTORY)
    node = sidebar_of(make_user(is_superuser=True))[0]
    empty = ("path", "component", "perms", "remark")
    assert [node[key] for key in empty] == [None] * 4
    assert node["meta"]["icon"] is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": MenuKind.EMBEDDED, "link": "https://e.com"}, {"iframeSrc": "https://e.com"}),
        ({"kind": MenuKind.LINK, "link": "https://e.com"}, {"link": "https://e.com"}),
        ({"kind": MenuKind.PAGE, "link": "https://e.com"}, {"link": "", "iframeSrc": ""}),
        ({"is_displayed": False}, {"hideInMenu": True}),
        ({"is_cached": False}, {"keepAlive": 0}),
        ({"is_active": False}, {"menuVisibleWithForbidden": True}),
    ],
)
def test_the_switches_of_an_entry_reach_the_front_end(
    make_user: Callable[..., Any], fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    make_menu(**fields)
    meta = sidebar_of(make_user(is_superuser=True))[0]["meta"]
    assert {key: meta[key] for key in expected} == expected


def test_ids_that_a_number_would_not_hold_are_strings(make_user: Callable[..., Any]) -> None:
    above = make_menu(id=2**60)
    make_menu(id=2**60 + 1, parent=above)
    node = sidebar_of(make_user(is_superuser=True))[0]
    assert node["id"] == str(2**60)
    assert node["children"][0]["parent_id"] == str(2**60)


def test_the_sidebar_is_sorted_and_holds_no_buttons(make_user: Callable[..., Any]) -> None:
    system = make_menu(name="System", kind=MenuKind.DIRECTORY, sort=2)
    make_menu(name="First", sort=1)
    late = make_menu(name="Late", parent=system, sort=9)
    make_menu(name="Early", parent=system, sort=3)
    make_button("a:b:c", parent=late)
    make_menu(name="Gone", is_retired=True)
    tree = sidebar_of(make_user(is_superuser=True))
    assert _names(tree) == [["First"], ["System", ["Early"], ["Late"]]]


def test_a_user_sees_what_the_active_roles_hold(user: Any) -> None:
    system = make_menu(name="System", kind=MenuKind.DIRECTORY)
    held = make_menu(name="Held", parent=system)
    make_menu(name="Other", parent=system)
    orphan = make_menu(name="Orphan", parent=make_menu(name="NotHeld"), sort=5)
    off = make_role(make_menu(name="Off"), is_active=False)
    user.roles.set([make_role(system, held), make_role(held, orphan), off])
    assert _names(sidebar_of(user)) == [["System", ["Held"]], ["Orphan"]]


@pytest.mark.parametrize("kind", ["no role", "a role without menus", "a disabled role"])
def test_whoever_holds_no_menu_sees_none(user: Any, kind: str) -> None:
    menu = make_menu()
    if kind == "a role without menus":
        user.roles.add(make_role())
    if kind == "a disabled role":
        user.roles.add(make_role(menu, is_active=False))
    assert sidebar_of(user) == []


def test_the_sidebar_is_kept_per_set_of_roles_and_follows_changes_at_once(
    user: Any,
    make_user: Callable[..., Any],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    page = make_menu(name="Page")
    role = make_role(page)
    other = make_user(roles=[role])
    for member in (user, other):
        member.roles.set([role])
        member.principal = {"role_ids": [role.pk]}
    assert _names(sidebar_of(user)) == [["Page"]]
    with django_assert_num_queries(0):
        assert _names(sidebar_of(other)) == [["Page"]]
    menu_update(actor=None, menu=page, title="New title")
    assert sidebar_of(user)[0]["meta"]["title"] == "New title"
    role_set_menus(actor=None, role=role, menus=[])
    assert sidebar_of(user) == []


def test_disabling_a_role_empties_the_sidebar_of_its_holders(user: Any) -> None:
    role = make_role(make_menu())
    user.roles.add(role)
    assert len(sidebar_of(user)) == 1
    role_update(actor=None, role=role, is_active=False)
    assert sidebar_of(user) == []
