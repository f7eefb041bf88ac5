"""Data permission on every path: preset by path by kind of row, with the exact answer."""

from __future__ import annotations

import csv
from http import HTTPStatus
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.access.models import DataRule, DataScope, Role
from apps.access.tests.factories import make_button, make_role, make_rule, make_scope
from apps.accounts.models import User
from apps.core.testing.fixtures import ClientFor
from apps.organization.models import Department

pytestmark = pytest.mark.django_db
USERS, DEPTS = "/api/v1/sys/users", "/api/v1/sys/depts"
CODES = (
    "sys:user:list,sys:user:add,sys:user:edit,sys:user:del,sys:user:permission:edit",
    "sys:user:export",
    "sys:dept:list,sys:dept:add,sys:dept:edit,sys:dept:del",
    "sys:user:bin,sys:user:restore,sys:user:purge",
    "sys:dept:bin,sys:dept:restore,sys:dept:purge",
    "monitor:session:list,monitor:session:kick,sys:session:list,sys:session:del",
)
OK, GONE, BUSY = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
KINDS = ("own", "same", "below", "foreign")
PRESETS = {
    "Own rows only": {"own"},
    "Own department": {"own", "same"},
    "Own department and those below": {"own", "same", "below"},
    "Chosen departments": {"foreign"},
    "All rows": set(KINDS),
}
DEPT_PRESETS = {
    "Own rows only": {"own"},
    "Own department": {"same"},
    "Own department and those below": {"same", "below"},
    "Chosen departments": {"foreign"},
    "All rows": set(KINDS),
}
"""Of departments, the "own" one is one that the user made, and "same" is where they belong."""


class House:
    """A user in a department, and a user and a department of each kind beside them."""

    def __init__(self, make_user: Any, client_for: ClientFor) -> None:
        top = Department.objects.create(name="top")
        same = Department.objects.create(name="same", parent=top)
        below = Department.objects.create(name="below", parent=same)
        deep = Department.objects.create(name="deep", parent=below, is_active=True)
        foreign = Department.objects.create(name="foreign", parent=top)
        own = Department.objects.create(name="own", parent=foreign)
        self.role = make_role(*(make_button(codes) for codes in CODES))
        self.actor = make_user(
            username="own", department=same, is_staff=True, roles=[self.role], nickname="own"
        )
        Department.objects.filter(pk=own.pk).update(created_by_id=self.actor.pk)
        self.users = {
            "own": self.actor,
            "same": make_user(username="same", department=same),
            "below": make_user(username="below", department=deep),
            "foreign": make_user(username="foreign", department=foreign),
        }
        self.depts = {"own": own, "same": same, "below": below, "foreign": foreign}
        self.beyond = {"top", "deep"}
        self._client_for = client_for

    def sees_by(self, preset: str) -> APIClient:
        """Give the user one preset and return their client."""
        if preset == "Chosen departments":
            rule = DataRule.objects.get(scopes__name=preset)
            DataRule.objects.filter(pk=rule.pk).update(value=str(self.depts["foreign"].pk))
        self.role.scopes.set([DataScope.objects.get(name=preset)])
        return self._client_for(self.actor)


def build_house(make_user: Any, client_for: ClientFor) -> House:
    """Return the house, in a database with nothing but the presets."""
    call_command("init", verbosity=0)
    DataScope.objects.filter(name="All but superusers, of users only").delete()
    User.objects.all().delete()
    Department.objects.all().delete()
    return House(make_user, client_for)


@pytest.fixture
def house(make_user: Any, client_for: ClientFor) -> House:
    return build_house(make_user, client_for)


def _each(presets: dict[str, set[str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("preset", "seen"), presets.items(), ids=list(presets))


def _expected(seen: set[str], **unlike: HTTPStatus) -> dict[str, HTTPStatus]:
    """Return the answer for each kind: as `unlike` says or 200 if it is seen, else 404."""
    return {kind: unlike.get(kind, OK) if kind in seen else GONE for kind in KINDS}


# Users


@_each(PRESETS)
def test_users_are_listed_and_counted(house: House, preset: str, seen: set[str]) -> None:
    page = house.sees_by(preset).get(f"{USERS}?size=1").json()["data"]
    assert page["total"] == len(seen)
    page = house.sees_by(preset).get(USERS).json()["data"]
    assert {row["username"] for row in page["items"]} == seen
    for kind in KINDS:
        found = house.sees_by(preset).get(USERS, {"username": kind}).json()["data"]
        assert found["total"] == int(kind in seen)


@_each(PRESETS)
def test_users_are_exported(house: House, console_for: Any, preset: str, seen: set[str]) -> None:
    answers = [
        house.sees_by(preset).get(f"{USERS}/export"),
        console_for(house.actor).get("/admin/accounts/user/export/"),
    ]
    for answer in answers:
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        names = [row["username"] for row in csv.DictReader(text.splitlines())]
        assert sorted(names) == sorted(seen)


@_each(PRESETS)
def test_users_are_shown(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    for path in ("", "/roles"):
        answers = {
            k: client.get(f"{USERS}/{u.pk}{path}").status_code for k, u in house.users.items()
        }
        assert answers == _expected(seen)


@_each(PRESETS)
def test_users_are_changed(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    answers = {
        kind: client.patch(f"{USERS}/{user.pk}", {"nickname": f"new {kind}"}).status_code
        for kind, user in house.users.items()
    }
    assert answers == _expected(seen)
    changed = User.objects.filter(nickname__startswith="new")
    assert set(changed.values_list("username", flat=True)) == seen


@_each(PRESETS)
def test_users_are_deleted(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    answers = {k: client.delete(f"{USERS}/{u.pk}").status_code for k, u in house.users.items()}
    expected = _expected(seen)
    is_own_seen = expected.pop("own") == OK
    assert (answers.pop("own") == GONE) is not is_own_seen  # seen, but nobody deletes themselves
    assert answers == expected
    left = set(User.objects.values_list("username", flat=True))
    assert left == {"own"} | (set(KINDS) - seen)


@_each(PRESETS)
def test_users_in_the_console(house: House, console_for: Any, preset: str, seen: set[str]) -> None:
    house.sees_by(preset)
    browser = console_for(house.actor)
    shown = browser.get("/admin/accounts/user/").context["cl"]
    assert {user.username for user in shown.queryset} == seen
    assert shown.result_count == len(seen)
    pages = {
        kind: browser.get(f"/admin/accounts/user/{user.pk}/change/").status_code == OK
        for kind, user in house.users.items()
    }
    assert {kind for kind, is_open in pages.items() if is_open} == seen
    User.objects.exclude(pk=house.actor.pk).update(is_active=False)
    others = [user.pk for kind, user in house.users.items() if kind != "own"]
    browser.post("/admin/accounts/user/", {"action": "enable", "_selected_action": others})
    active = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    assert active == {"own"} | seen


@_each(PRESETS)
def test_sessions_are_seen_with_their_users(
    house: House, client_for: ClientFor, preset: str, seen: set[str]
) -> None:
    for user in house.users.values():
        client_for(user)
    rows = house.sees_by(preset).get("/api/v1/monitors/sessions").json()["data"]
    assert {row["username"] for row in rows} == seen


# Users in the bin


def _others_binned(house: House) -> dict[str, User]:
    """Delete everybody but the actor, who cannot be in the bin and look into it."""
    others = {kind: user for kind, user in house.users.items() if kind != "own"}
    for user in others.values():
        user.move_to_bin()
    return others


@_each(PRESETS)
def test_users_in_the_bin_are_listed_and_counted(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    _others_binned(house)
    page = client.get(f"{USERS}/bin").json()["data"]
    assert {row["username"] for row in page["items"]} == seen - {"own"}
    assert page["total"] == len(seen - {"own"})
    left = client.get(USERS).json()["data"]["items"]
    assert {row["username"] for row in left} == seen & {"own"}


@_each(PRESETS)
def test_users_in_the_bin_are_restored(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    answers = {
        kind: client.put(f"{USERS}/{user.pk}/restore").status_code
        for kind, user in _others_binned(house).items()
    }
    expected = _expected(seen)
    expected.pop("own")
    assert answers == expected
    assert set(User.objects.values_list("username", flat=True)) == {"own"} | seen


@_each(PRESETS)
def test_users_in_the_bin_are_purged(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    others = _others_binned(house)
    everybody = {"pks": [user.pk for user in others.values()]}
    is_all_seen = others.keys() <= seen
    assert client.delete(f"{USERS}/bin", everybody).status_code == (OK if is_all_seen else GONE)
    if not is_all_seen:
        kind = next(iter(others.keys() - seen))
        assert client.delete(f"{USERS}/bin/{others[kind].pk}").status_code == GONE
        assert User.bin.count() == len(others)
        assert client.delete(f"{USERS}/bin", {"all": True}).status_code == OK
    assert set(User.bin.values_list("username", flat=True)) == others.keys() - seen


@_each(PRESETS)
def test_users_in_the_bin_of_the_console(
    house: House, console_for: Any, preset: str, seen: set[str]
) -> None:
    house.sees_by(preset)
    others = _others_binned(house)
    browser = console_for(house.actor)
    path = "/admin/accounts/user/bin/"
    shown = browser.get(path).context["page"].object_list
    assert {user.username for user in shown} == seen - {"own"}
    for user in others.values():
        browser.post(path, {"action": "restore", "row": user.pk})
    assert set(User.objects.values_list("username", flat=True)) == {"own"} | seen
    _others_binned(house)
    asked = browser.post(path, {"action": "purge_all"})
    named = {row.username for row, _lost in asked.context["rows"]} if asked.context else set()
    assert named == seen - {"own"}
    data = {"action": "purge", "confirmed": "yes", "row": [user.pk for user in others.values()]}
    browser.post(path, data)
    assert set(User.bin.values_list("username", flat=True)) == others.keys() - seen


# Departments


def _all_of(seen: set[str], preset: str, house: House) -> set[str]:
    """Return the names of all departments that are seen, those beside the four kinds too."""
    if preset == "All rows":
        return seen | house.beyond
    return seen | {"deep"} if "below" in seen else seen


def _names(nodes: list[dict[str, Any]] | None) -> set[str]:
    found = set()
    for node in nodes or ():
        found |= {node["name"], *_names(node["children"])}
    return found


@_each(DEPT_PRESETS)
def test_departments_are_listed(house: House, preset: str, seen: set[str]) -> None:
    tree = house.sees_by(preset).get(DEPTS).json()["data"]
    assert _names(tree) == _all_of(seen, preset, house)


@_each(DEPT_PRESETS)
def test_departments_are_shown_and_changed(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    for kind, dept in house.depts.items():
        expected = OK if kind in seen else GONE
        assert client.get(f"{DEPTS}/{dept.pk}").status_code == expected
        assert client.patch(f"{DEPTS}/{dept.pk}", {"leader": "new"}).status_code == expected
    changed = Department.objects.filter(leader="new")
    assert set(changed.values_list("name", flat=True)) == seen


@_each(DEPT_PRESETS)
def test_departments_are_switched_together(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    for kind, dept in house.depts.items():
        body = {"pks": [dept.pk], "status": 1}
        expected = OK if kind in seen else GONE
        assert client.put(f"{DEPTS}/status", body).status_code == expected
    everything = {"pks": [dept.pk for dept in house.depts.values()], "status": 1}
    expected = OK if seen == set(KINDS) else GONE
    assert client.put(f"{DEPTS}/status", everything).status_code == expected


@_each(DEPT_PRESETS)
def test_departments_are_deleted(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    answers = {k: client.delete(f"{DEPTS}/{d.pk}").status_code for k, d in house.depts.items()}
    # All but the first have people or departments in them.
    assert answers == _expected(seen, same=BUSY, below=BUSY, foreign=BUSY)


@_each(DEPT_PRESETS)
def test_departments_in_the_console(
    house: House, console_for: Any, preset: str, seen: set[str]
) -> None:
    house.sees_by(preset)
    browser = console_for(house.actor)
    shown = browser.get("/admin/organization/department/").context["cl"].queryset
    assert {dept.name for dept in shown} == _all_of(seen, preset, house)
    pages = {
        kind: browser.get(f"/admin/organization/department/{dept.pk}/change/").status_code == OK
        for kind, dept in house.depts.items()
    }
    assert {kind for kind, is_open in pages.items() if is_open} == seen


@_each(DEPT_PRESETS)
def test_departments_in_the_bin(house: House, preset: str, seen: set[str]) -> None:
    client = house.sees_by(preset)
    emptied = {kind: house.depts[kind] for kind in ("own", "below", "foreign")}
    for dept in (*emptied.values(), Department.objects.get(name="deep")):
        dept.move_to_bin()
    seen = seen & emptied.keys()
    rows = client.get(f"{DEPTS}/bin").json()["data"]["items"]
    assert {row["name"] for row in rows} - {"deep"} == seen
    for kind, dept in emptied.items():
        status = client.put(f"{DEPTS}/{dept.pk}/restore").status_code
        # The one that the user made hangs on the foreign one, which is in the bin.
        there = BUSY if kind == "own" else OK
        assert status == (there if kind in seen else GONE), kind
        dept.move_to_bin()
    User.objects.exclude(pk=house.actor.pk).update(department=None)
    for kind, dept in emptied.items():
        status = client.delete(f"{DEPTS}/bin/{dept.pk}").status_code
        assert status == (OK if kind in seen else GONE), kind
    left = set(Department.bin.values_list("name", flat=True))
    assert left - {"deep"} == emptied.keys() - seen


# In and out


def test_nobody_moves_a_row_to_where_they_do_not_see_it(house: House) -> None:
    client = house.sees_by("Own department and those below")
    below, foreign = house.users["below"], house.depts["foreign"]
    moved = client.patch(f"{USERS}/{below.pk}", {"dept_id": foreign.pk})
    assert moved.status_code == GONE  # there is no such department for them
    below.refresh_from_db()
    assert below.department != foreign


def test_a_change_that_takes_a_row_out_of_sight_is_undone(
    house: House, client_for: ClientFor
) -> None:
    house.role.scopes.set([make_scope(make_rule("User", "nickname", "same"))])
    client = client_for(house.actor)
    same = house.users["same"]
    response = client.patch(f"{USERS}/{same.pk}", {"nickname": "other"})
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["reason"] == "core.out_of_sight"
    same.refresh_from_db()
    assert same.nickname == "same"


def test_nobody_makes_a_row_where_they_do_not_see_it(house: House) -> None:
    client = house.sees_by("Own department")
    body = {"username": "new", "password": "Secret-12", "nickname": "n", "roles": []}
    for kind, expected in (("foreign", GONE), ("same", OK)):
        sent = {**body, "dept_id": house.depts[kind].pk}
        assert client.post(USERS, sent).status_code == expected
    assert User.objects.filter(username="new").count() == 1


# Effect at once


def test_a_change_of_rule_scope_or_role_counts_on_the_next_request(
    house: House, admin_client: APIClient
) -> None:
    client = house.sees_by("Own rows only")
    sys = "/api/v1/sys"

    def total() -> int:
        found: int = client.get(USERS).json()["data"]["total"]
        return found

    assert total() == 1
    rule = admin_client.post(
        f"{sys}/data-rules",
        {
            "name": "some",
            "model": "User",
            "column": "username",
            "operator": 0,
            "expression": 6,
            "value": "same,below",
        },
    ).json()["data"]
    scope = admin_client.post(f"{sys}/data-scopes", {"name": "some", "status": 1}).json()["data"]
    url = f"{sys}/data-scopes/{scope['id']}"
    admin_client.put(f"{url}/rules", {"rules": [rule["id"]]})
    assert total() == 1
    admin_client.put(f"{sys}/roles/{house.role.pk}/scopes", {"scopes": [scope["id"]]})
    assert total() == 2
    changed = {**rule, "value": "same"}
    admin_client.put(f"{sys}/data-rules/{rule['id']}", changed)
    assert total() == 1
    admin_client.put(url, {"name": "some", "status": 0})
    assert total() == 0
    admin_client.put(f"{sys}/data-scopes/status", {"pks": [scope["id"]], "status": 1})
    assert total() == 1
    admin_client.delete(f"{sys}/data-rules", {"pks": [rule["id"]]})
    assert total() == 0
    admin_client.put(
        f"{sys}/roles/{house.role.pk}",
        {
            "name": "open",
            "status": 1,
            "is_filter_scopes": False,
        },
    )
    assert total() == User.objects.count()


def test_a_move_to_another_department_counts_on_the_next_request(
    house: House, admin_client: APIClient
) -> None:
    client = house.sees_by("Own department and those below")
    assert client.get(USERS).json()["data"]["total"] == 3
    foreign = {"dept_id": house.depts["foreign"].pk}
    admin_client.patch(f"{USERS}/{house.actor.pk}", foreign)
    names = {row["username"] for row in client.get(USERS).json()["data"]["items"]}
    assert names == {"own", "foreign"}
    deep = Department.objects.get(name="deep")
    admin_client.patch(f"{DEPTS}/{deep.pk}", {"parent_id": house.depts["own"].pk})
    names = {row["username"] for row in client.get(USERS).json()["data"]["items"]}
    assert names == {"own", "foreign", "below"}


# Cost


def test_twenty_rules_of_five_roles_cost_a_list_no_query_more(
    house: House, client_for: ClientFor
) -> None:
    client = house.sees_by("Own department and those below")
    costs = []
    for number in (0, 5):
        for _each_role in range(number):
            role = Role.objects.create(name=f"more {_each_role}")
            rules = [make_rule("User", "username", f"x{i}") for i in range(4)]
            role.scopes.add(make_scope(*rules))
            house.actor.roles.add(role)
        client = client_for(house.actor)
        client.get(USERS)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(USERS).json()["data"]["total"] == 3
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 3
