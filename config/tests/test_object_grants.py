"""Object grants on every path: what is shared is found for its level, and for nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.access.models import ObjectGrant
from apps.access.services.shares import grant_create
from apps.access.tests.factories import make_button, make_role, make_rule, make_scope
from apps.accounts.models import User
from apps.core.testing.fixtures import ClientFor, GrantedClient
from apps.core.visibility import Act, may
from apps.organization.models import Department

pytestmark = pytest.mark.django_db
USERS, GRANTS = "/api/v1/sys/users", "/api/v1/sys/grants"
OK, GONE = HTTPStatus.OK, HTTPStatus.NOT_FOUND
CODES = (
    "sys:user:list,sys:user:add,sys:user:edit,sys:user:del,sys:user:permission:edit",
    "sys:dept:list,sys:dept:edit,sys:role:list,sys:role:del",
)
STATES = ("granted", "revoked", "expired")


@pytest.fixture
def dora(make_user: Any) -> User:
    """Return somebody who sees nobody by their role."""
    role = make_role(*(make_button(codes) for codes in CODES))
    role.scopes.add(make_scope(make_rule(value="nobody")))
    made: User = make_user(username="dora", is_staff=True, roles=[role])
    return made


@pytest.fixture
def bob(make_user: Any) -> User:
    made: User = make_user(username="bob", is_active=False)
    return made


def _share(admin: APIClient, user: User, row: User, level: str = "view", **more: Any) -> Any:
    body = {"user": user.pk, "model": "User", "object": row.pk, "level": level, **more}
    return admin.post(GRANTS, body)


def _bring_to(state: str, admin: APIClient, dora: User, bob: User, level: str) -> None:
    grant = _share(admin, dora, bob, level).json()["data"]
    if state == "revoked":
        assert admin.delete(f"{GRANTS}/{grant['id']}").status_code == OK
    if state == "expired":
        ObjectGrant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("level", list(Act))
def test_a_grant_in_every_path_of_the_api(
    admin_client: APIClient,
    client_for: ClientFor,
    dora: User,
    bob: User,
    level: Act,
    state: str,
) -> None:
    _bring_to(state, admin_client, dora, bob, level)
    client = client_for(dora)
    held = list(Act)[: list(Act).index(level) + 1] if state == "granted" else []

    def expected(act: Act) -> HTTPStatus:
        return OK if act in held else GONE

    page = client.get(USERS).json()["data"]
    assert [row["username"] for row in page["items"]] == (["bob"] if held else [])
    assert page["total"] == int(bool(held))
    assert client.get(f"{USERS}/{bob.pk}").status_code == expected(Act.VIEW)
    changed = client.patch(f"{USERS}/{bob.pk}", {"nickname": "new"})
    assert changed.status_code == expected(Act.CHANGE)
    assert may(bob, dora) is bool(held)  # what a socket asks before it passes on an event
    assert client.delete(f"{USERS}/{bob.pk}").status_code == expected(Act.DELETE)
    assert User.objects.filter(pk=bob.pk).exists() is (Act.DELETE not in held)


@pytest.mark.parametrize("level", list(Act))
def test_a_grant_in_batches(client_for: ClientFor, dora: User, level: Act) -> None:
    dora.roles.get().scopes.set([make_scope(make_rule("Role", "name", "nobody"))])
    dept, role = Department.objects.create(name="shared"), make_role()
    for model, row in (("Dept", dept), ("Role", role)):
        grant_create(actor=None, user=dora, model=model, key=row.pk, level=level)
    client = client_for(dora)
    switched = client.put("/api/v1/sys/depts/status", {"pks": [dept.pk], "status": 0})
    assert switched.status_code == (GONE if level is Act.VIEW else OK)
    deleted = client.delete("/api/v1/sys/roles", {"pks": [role.pk]})
    assert deleted.status_code == (OK if level is Act.DELETE else GONE)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("level", list(Act))
def test_a_grant_in_the_console(
    admin_client: APIClient, console_for: Any, dora: User, bob: User, level: Act, state: str
) -> None:
    _bring_to(state, admin_client, dora, bob, level)
    browser = console_for(dora)
    is_held = state == "granted"
    listed = browser.get("/admin/accounts/user/").context["cl"].queryset
    assert [user.username for user in listed] == (["bob"] if is_held else [])
    page = browser.get(f"/admin/accounts/user/{bob.pk}/change/")
    assert (page.status_code == OK) is is_held
    if is_held:
        assert page.context["has_change_permission"] is (level is not Act.VIEW)
        assert page.context["has_delete_permission"] is (level is Act.DELETE)
    chosen = {"action": "enable", "_selected_action": [bob.pk]}
    browser.post("/admin/accounts/user/", chosen)
    bob.refresh_from_db()
    assert bob.is_active is (is_held and level is not Act.VIEW)
    chosen = {"action": "delete_selected", "_selected_action": [bob.pk], "post": "yes"}
    browser.post("/admin/accounts/user/", chosen)
    assert User.objects.filter(pk=bob.pk).exists() is not (is_held and level is Act.DELETE)


def test_a_change_of_grants_counts_on_the_next_request(
    admin_client: APIClient, client_for: ClientFor, dora: User, bob: User
) -> None:
    client = client_for(dora)
    totals = [client.get(USERS).json()["data"]["total"]]
    grant = _share(admin_client, dora, bob).json()["data"]
    totals.append(client.get(USERS).json()["data"]["total"])
    admin_client.delete(GRANTS, {"pks": [grant["id"]]})
    totals.append(client.get(USERS).json()["data"]["total"])
    assert totals == [0, 1, 0]


def test_sessions_follow_shared_users(
    admin_client: APIClient, client_with: GrantedClient, client_for: ClientFor, bob: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=True)
    nobody = make_scope(make_rule(value="nobody"))
    client = client_with("sys:session:list", "monitor:session:list", scopes=[nobody])
    client_for(bob)
    _share(admin_client, client.user, bob)  # type: ignore[attr-defined] # the fixture's
    rows = client.get("/api/v1/monitors/sessions").json()["data"]
    assert {row["username"] for row in rows} <= {"bob"}


def test_grants_are_listed_and_filtered(
    admin_client: APIClient, dora: User, bob: User, make_user: Any
) -> None:
    carl = make_user(username="carl")
    first = _share(admin_client, dora, bob, "change").json()["data"]
    _share(admin_client, carl, bob)
    _share(admin_client, dora, carl)
    assert first["user"]["username"] == "dora"
    assert (first["model"], first["object"], first["level"]) == ("User", bob.pk, "change")
    assert first["expires_time"] is None
    assert first["is_expired"] is False
    assert first["created_by"] is not None

    def total(**query: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = admin_client.get(GRANTS, query)
        assert len(queries) <= 3
        found: int = answer.json()["data"]["total"]
        return found

    total()
    assert total() == 3
    assert total(user=dora.pk) == 2
    assert total(model="User", object=bob.pk) == 2
    assert total(model="Dept") == 0
    assert admin_client.get(GRANTS, {"model": "None"}).status_code == 422
    assert admin_client.get(GRANTS, {"object": "x"}).status_code == 422


BAD: list[tuple[dict[str, Any], int]] = [
    ({"model": "Nothing"}, 422),
    ({"model": "Session"}, 422),
    ({"level": "own"}, 422),
    ({"object": "x"}, 422),
    ({"object": 0}, 422),
    ({"object": 2**62}, 404),
    ({"user": 2**62}, 404),
    ({"user": None}, 422),
    ({"expires_time": "2001-01-01 00:00:00"}, 422),
    ({"expires_time": "soon"}, 422),
]


@pytest.mark.parametrize(("more", "status"), BAD, ids=[str(more) for more, _status in BAD])
def test_bad_input_is_refused_by_name(
    admin_client: APIClient, dora: User, bob: User, more: dict[str, Any], status: int
) -> None:
    body = {"user": dora.pk, "model": "User", "object": bob.pk, **more}
    answer = admin_client.post(GRANTS, body)
    assert answer.status_code == status
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        (name,) = more
        assert name in str(answer.json()["data"]["errors"])
    assert not ObjectGrant.objects.exists()


def test_a_second_grant_of_the_same_row_is_a_conflict(
    admin_client: APIClient, dora: User, bob: User
) -> None:
    answers = [_share(admin_client, dora, bob).status_code for _ in range(2)]
    assert answers == [OK, HTTPStatus.CONFLICT]


def test_nobody_shares_or_takes_back_beyond_their_own_view(
    client_with: GrantedClient, admin_client: APIClient, dora: User, bob: User
) -> None:
    scope = make_scope(make_rule(value="dora"))
    client = client_with("sys:grant:list", "sys:grant:add", "sys:grant:del", scopes=[scope])
    assert _share(client, dora, bob).status_code == GONE  # an unknown row for them
    assert _share(client, bob, dora).status_code == GONE  # an unknown user for them
    assert _share(client, dora, dora).status_code == OK
    foreign = _share(admin_client, dora, bob).json()["data"]
    answer = client.delete(f"{GRANTS}/{foreign['id']}")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    _share(admin_client, client.user, bob, "delete")  # type: ignore[attr-defined] # the fixture's
    assert _share(client, dora, bob).json()["reason"] == "access.grant.not_own"


def test_explain_names_the_grant(admin_client: APIClient, dora: User, bob: User) -> None:
    def ask(code: str) -> Any:
        url = f"{USERS}/{dora.pk}/explain"
        return admin_client.get(url, {"code": code, "object": f"User:{bob.pk}"}).json()["data"]

    assert ask("sys:user:list")["row"]["grant"] is None
    _share(admin_client, dora, bob)
    seen = ask("sys:user:list")
    assert seen["may"] is True
    assert seen["row"]["grant"]["level"] == "view"
    assert seen["row"]["text"] == "The row is shared with the user."
    assert ask("sys:user:edit")["may"] is False
    assert ask("sys:user:edit")["row"]["text"].endswith("but not for this.")
    ObjectGrant.objects.update(expires_at=timezone.now())
    assert ask("sys:user:list")["row"]["text"].endswith("has run out.")


def test_the_preview_of_a_scope_counts_grants(
    admin_client: APIClient, dora: User, bob: User
) -> None:
    scope = make_scope(make_rule(value="nobody"))
    url = f"/api/v1/sys/data-scopes/{scope.pk}/preview"

    def visible() -> int:
        rows = admin_client.get(url, {"user": dora.pk}).json()["data"]
        found: int = next(row["visible"] for row in rows if row["model"] == "User")
        return found

    assert visible() == 0
    _share(admin_client, dora, bob)
    assert visible() == 1


def test_a_change_that_leaves_a_row_shared_to_look_at_is_undone(
    client_for: ClientFor, dora: User, bob: User
) -> None:
    dora.roles.get().scopes.set([make_scope(make_rule("User", "nickname", "bob"))])
    grant_create(actor=None, user=dora, model="User", key=bob.pk, level=Act.VIEW)
    answer = client_for(dora).patch(f"{USERS}/{bob.pk}", {"nickname": "new"})
    assert answer.json()["reason"] == "core.out_of_sight"


@pytest.mark.django_db(transaction=True)
def test_of_parallel_grants_one_stays(dora: User, bob: User, client_for: ClientFor) -> None:
    User.objects.filter(pk=dora.pk).update(is_superuser=True)
    dora.refresh_from_db()
    client = client_for(dora)

    def share(_number: int) -> int:
        try:
            fresh = APIClient()
            fresh.credentials(**client._credentials)  # type: ignore[attr-defined] # a test client has it
            return int(_share(fresh, bob, bob).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(share, range(4)))
    assert answers == [OK, *[HTTPStatus.CONFLICT] * 3]
    assert ObjectGrant.objects.count() == 1
