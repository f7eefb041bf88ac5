from http import HTTPStatus
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from apps.access.models import Role
from apps.access.tests.factories import make_button, make_role, make_rule, make_scope
from apps.accounts.models import User
from apps.core.testing.fixtures import PASSWORD, ClientFor, GrantedClient
from apps.core.wire import wire_id
from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db
USERS = "/api/v1/sys/users"
CODES = ("sys:user:list", "sys:user:add", "sys:user:edit", "sys:user:del")
FULL = ("sys:user:password:reset", "sys:user:permission:edit", *CODES)


@pytest.fixture
def department() -> Department:
    return Department.objects.create(name="sales")


def _body(department: Department, **changes: Any) -> dict[str, Any]:
    body = {"username": "bob", "password": "Bobs-1", "dept_id": department.pk, "roles": []}
    return {**body, **changes}


def test_a_user_is_made_and_can_sign_in_at_once(
    admin_client: APIClient, department: Department
) -> None:
    role = Role.objects.create(name="seller")
    position = Position.objects.create(name="clerk", code="clerk")
    body = _body(department, roles=[role.pk], positions=[position.pk], email="Bob@Example.com")
    data = admin_client.post(USERS, body).json()["data"]
    assert (data["nickname"], data["email"], data["phone"]) == ("bob", "bob@example.com", None)
    assert data["dept"]["name"] == "sales"
    assert [(role["name"], role["menus"], role["scopes"]) for role in data["roles"]] == [
        ("seller", [], [])
    ]
    assert [position["name"] for position in data["positions"]] == ["clerk"]
    assert (data["status"], data["is_superuser"], data["is_staff"]) == (1, False, False)
    assert "password" not in data
    login = APIClient().post("/api/v1/auth/login", {"username": "bob", "password": "Bobs-1"})
    assert login.status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"username": "ann"}, 409, "accounts.user.username_taken"),
        ({"email": "ANN@example.com"}, 409, "accounts.user.email_taken"),
        ({"password": "1"}, 400, "accounts.password.policy"),
        ({"dept_id": 987654}, 404, "core.not_found"),
        ({"roles": [987654]}, 404, "core.not_found"),
        ({"roles": "all"}, 422, "core.invalid"),
        ({"roles": [True]}, 422, "core.invalid"),
        ({"phone": "12345"}, 422, "core.invalid"),
        ({"email": "nobody"}, 422, "core.invalid"),
        ({"username": "with blank"}, 422, "core.invalid"),
        ({"username": "x" * 65}, 422, "core.invalid"),
        ({"nickname": "x" * 65}, 422, "core.invalid"),
        ({"dept_id": 2**70}, 422, "core.invalid"),
        ({"dept_id": None}, 422, "core.invalid"),
    ],
)
def test_a_user_that_cannot_be_made_says_why(
    admin_client: APIClient,
    department: Department,
    make_user: Any,
    changes: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    make_user(username="ann", email="ann@example.com")
    response = admin_client.post(USERS, _body(department, **changes))
    assert (response.status_code, response.json()["reason"]) == (status, reason)
    assert not User.objects.filter(username="bob").exists()


def test_cleared_text_is_stored_as_none(admin_client: APIClient, department: Department) -> None:
    body = _body(department, email="", phone="", nickname="")
    data = admin_client.post(USERS, body).json()["data"]
    assert (data["email"], data["phone"], data["nickname"]) == (None, None, "bob")
    again = _body(department, username="carl", email="")
    assert admin_client.post(USERS, again).status_code == HTTPStatus.OK


def test_put_keeps_what_is_not_sent(admin_client: APIClient, make_user: Any) -> None:
    user = make_user(phone="13800000000", department=Department.objects.create(name="d"))
    body = {"username": user.username, "nickname": "New", "roles": []}
    data = admin_client.put(f"{USERS}/{user.pk}", body).json()["data"]
    assert (data["nickname"], data["phone"], data["dept"]["name"]) == ("New", "13800000000", "d")


def test_patch_changes_one_field(admin_client: APIClient, make_user: Any) -> None:
    user = make_user(roles=[Role.objects.create(name="r")])
    data = admin_client.patch(f"{USERS}/{user.pk}", {"nickname": "New"}).json()["data"]
    assert (data["nickname"], len(data["roles"])) == ("New", 1)


def test_a_change_of_name_to_one_that_is_taken_is_409(
    admin_client: APIClient, make_user: Any
) -> None:
    first, second = make_user(), make_user()
    body = {"username": first.username, "nickname": "x", "roles": []}
    assert admin_client.put(f"{USERS}/{second.pk}", body).status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize("pk", ["abc", "1.5", "-1", "1 or 1=1"])
def test_an_id_that_is_no_number_is_422(admin_client: APIClient, pk: str) -> None:
    response = admin_client.get(f"{USERS}/{pk}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"] == ["path", "pk"]


@pytest.mark.parametrize("pk", [0, 987654, 2**63, 2**80])
def test_an_unknown_id_is_404(admin_client: APIClient, pk: int) -> None:
    assert admin_client.get(f"{USERS}/{pk}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("flag", "column"),
    [
        ("superuser", "is_superuser"),
        ("staff", "is_staff"),
        ("status", "is_active"),
        ("multi_login", "is_multi_login"),
    ],
)
def test_each_flag_is_inverted(
    admin_client: APIClient, make_user: Any, flag: str, column: str
) -> None:
    user = make_user()
    before = getattr(user, column)
    assert admin_client.put(f"{USERS}/{user.pk}/permissions?type={flag}").status_code == 200
    user.refresh_from_db()
    assert getattr(user, column) is not before


@pytest.mark.parametrize("query", ["", "?type=", "?type=root"])
def test_an_unknown_flag_is_422(admin_client: APIClient, make_user: Any, query: str) -> None:
    response = admin_client.put(f"{USERS}/{make_user().pk}/permissions{query}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"][0] == "query"


def test_a_disabled_user_is_refused_on_the_next_request(
    admin_client: APIClient, user: Any, client_for: ClientFor
) -> None:
    client = client_for(user)
    assert client.get(f"{USERS}/me").status_code == HTTPStatus.OK
    admin_client.put(f"{USERS}/{user.pk}/permissions?type=status")
    refused = client.get(f"{USERS}/me")
    assert (refused.status_code, refused.json()["reason"]) == (403, "accounts.user.disabled")


def test_one_s_own_flags_and_account_are_out_of_reach(admin_client: APIClient) -> None:
    own = admin_client.user.pk  # type: ignore[attr-defined] # set by the fixture
    assert admin_client.put(f"{USERS}/{own}/permissions?type=status").status_code == 403
    assert admin_client.delete(f"{USERS}/{own}").status_code == HTTPStatus.FORBIDDEN


def test_the_last_superuser_stays(client_with: GrantedClient, make_user: Any) -> None:
    boss = make_user(is_superuser=True)
    deputy = client_with(is_superuser=True)
    assert deputy.delete(f"{USERS}/{boss.pk}").status_code == HTTPStatus.OK
    assert User.objects.filter(is_superuser=True).count() == 1


def test_a_reset_ends_the_sessions_of_its_user(
    admin_client: APIClient, user: Any, client_for: ClientFor
) -> None:
    client = client_for(user)
    response = admin_client.put(f"{USERS}/{user.pk}/password", {"password": "Reset-1"})
    assert response.status_code == HTTPStatus.OK
    assert client.get(f"{USERS}/me").status_code == HTTPStatus.UNAUTHORIZED
    login = APIClient().post("/api/v1/auth/login", {"username": "ann", "password": "Reset-1"})
    assert login.status_code == HTTPStatus.OK


def test_nobody_manages_who_may_do_more(client_with: GrantedClient, make_user: Any) -> None:
    helper = client_with(*FULL)
    boss = make_user(is_superuser=True)
    reset = helper.put(f"{USERS}/{boss.pk}/password", {"password": "Mine-123"})
    assert (reset.status_code, reset.json()["reason"]) == (403, "accounts.user.superuser_only")
    stronger = client_with(*FULL, "sys:role:add").user  # type: ignore[attr-defined] # set by the fixture
    for method, path, body in (
        ("put", f"{stronger.pk}/password", {"password": "Mine-123"}),
        ("delete", f"{stronger.pk}", None),
        ("patch", f"{stronger.pk}", {"email": "mine@example.com"}),
        ("put", f"{stronger.pk}/permissions?type=status", None),
    ):
        response = getattr(helper, method)(f"{USERS}/{path}", body)
        assert response.status_code == HTTPStatus.FORBIDDEN, path


def test_only_a_superuser_makes_superusers(client_with: GrantedClient, make_user: Any) -> None:
    response = client_with(*FULL).put(f"{USERS}/{make_user().pk}/permissions?type=superuser")
    assert response.status_code == HTTPStatus.FORBIDDEN


def test_nobody_gives_a_role_that_holds_more_than_they_do(
    client_with: GrantedClient, department: Department
) -> None:
    strong = client_with("sys:role:add").user.roles.get()  # type: ignore[attr-defined] # set by the fixture
    helper = client_with(*FULL)
    response = helper.post(USERS, _body(department, roles=[strong.pk]))
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert not User.objects.filter(username="bob").exists()
    own = helper.user.roles.get()  # type: ignore[attr-defined] # set by the fixture
    given = helper.post(USERS, _body(department, roles=[own.pk]))
    assert given.status_code == HTTPStatus.OK


def test_the_roles_of_a_user_are_listed(admin_client: APIClient, make_user: Any) -> None:
    user = make_user(roles=[Role.objects.create(name="r")])
    data = admin_client.get(f"{USERS}/{user.pk}/roles").json()["data"]
    assert [role["name"] for role in data] == ["r"]


@pytest.mark.parametrize("size", [20, 200])
def test_the_list_costs_the_same_whatever_the_page_holds(
    admin_client: APIClient,
    department: Department,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    size: int,
) -> None:
    roles = [Role.objects.create(name=f"r{number}") for number in range(3)]
    users = User.objects.bulk_create(
        User(username=f"u{number}", nickname="u", password="!", department=department)
        for number in range(250)
    )
    User.roles.through.objects.bulk_create(
        User.roles.through(user=user, role=role) for user in users for role in roles
    )
    admin_client.get(USERS)
    with django_assert_max_num_queries(3):
        data = admin_client.get(USERS, {"size": size}).json()["data"]
    assert (data["total"], len(data["items"])) == (251, size)
    assert {len(item["roles"]) for item in data["items"][:size]} <= {1, 3}
    assert [item["id"] for item in data["items"]] == sorted(
        (item["id"] for item in data["items"]), reverse=True
    )


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"username": "AL"}, ["alice"]),
        ({"phone": "139"}, ["alice"]),
        ({"status": "0"}, ["carl"]),
        ({"username": "%"}, []),
        ({"username": "", "phone": "", "status": "", "dept": ""}, ["carl", "alice"]),
        ({"dept": "0", "username": "a"}, ["carl", "alice"]),
    ],
)
def test_the_list_is_filtered(
    client_with: GrantedClient, make_user: Any, query: dict[str, str], names: list[str]
) -> None:
    make_user(username="alice", phone="13900000000")
    make_user(username="carl", is_active=False)
    items = client_with("sys:user:list", username="zed").get(USERS, query).json()["data"]["items"]
    assert [item["username"] for item in items if item["username"] != "zed"] == names


@pytest.mark.parametrize("query", [{"status": "2"}, {"dept": "x"}, {"page": "0"}, {"size": "201"}])
def test_a_bad_filter_is_422(admin_client: APIClient, query: dict[str, str]) -> None:
    response = admin_client.get(USERS, query)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["data"]["errors"][0]["loc"][0] == "query"


def test_deleting_a_user_ends_their_sessions(
    admin_client: APIClient, user: Any, client_for: ClientFor
) -> None:
    client = client_for(user)
    assert admin_client.delete(f"{USERS}/{user.pk}").json()["data"] is None
    assert client.get(f"{USERS}/me").status_code == HTTPStatus.UNAUTHORIZED
    assert admin_client.delete(f"{USERS}/{user.pk}").status_code == HTTPStatus.NOT_FOUND


def test_what_a_user_may_is_explained(client_with: GrantedClient, make_user: Any) -> None:
    menu = make_button("sys:user:edit")
    rule = make_rule(value="bob")
    role = make_role(menu, name="clerks")
    scope = make_scope(rule)
    role.scopes.add(scope)
    clerk, bob = make_user(roles=[role]), make_user(username="bob")
    client = client_with("sys:user:explain")
    url = f"/api/v1/sys/users/{clerk.pk}/explain"
    data = client.get(url, {"code": "sys:user:edit", "object": f"User:{bob.pk}"}).json()["data"]
    named = {"id": wire_id(role.pk), "name": "clerks"}
    assert data == {
        "may": True,
        "problem": "",
        "code": {
            "is_held": True,
            "text": "A role grants the code.",
            "ways": [
                {"role": named, "menu": {"id": wire_id(menu.pk), "name": menu.name}, "missing": ""}
            ],
        },
        "row": {
            "is_seen": True,
            "text": "A role shows the row.",
            "grant": None,
            "roles": [
                {
                    "role": named,
                    "is_shown": True,
                    "text": "Its rules let the row through.",
                    "rules": [
                        {
                            "scope": {"id": wire_id(scope.pk), "name": scope.name},
                            "rule": {"id": wire_id(rule.pk), "name": rule.name},
                            "is_fitting": True,
                            "is_met": True,
                        }
                    ],
                }
            ],
        },
    }
    data = client.get(url, {"code": "sys:user:del"}).json()["data"]
    assert (data["may"], data["code"]["ways"], data["row"]) == (False, [], None)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"code": "word"}, 422),
        ({"code": "a:b:c", "object": "User"}, 422),
        ({"code": "a:b:c", "object": "User:x"}, 422),
        ({"code": "a:b:c", "object": "User:1;drop"}, 422),
        ({"code": "a:b:c", "object": "User:987654"}, 404),
        ({"code": "a:b:c", "object": f"User:{'9' * 19}"}, 404),
        ({"code": "a:b:c", "object": "DataRule:1"}, 404),
    ],
)
def test_a_bad_question_is_refused(
    client_with: GrantedClient, user: Any, query: dict[str, str], status: int
) -> None:
    client = client_with("sys:user:explain")
    assert client.get(f"/api/v1/sys/users/{user.pk}/explain", query).status_code == status


# The bin


def _delete(client: APIClient, user: Any) -> None:
    assert client.delete(f"{USERS}/{user.pk}").status_code == HTTPStatus.OK


def test_a_deleted_user_is_a_stranger_everywhere_at_once(
    admin_client: APIClient, user: Any, client_for: ClientFor, console_for: Any
) -> None:
    login, body = "/api/v1/auth/login", {"username": "ann", "password": PASSWORD}
    browser = APIClient()
    token = browser.post(login, body).json()["data"]["access_token"]
    User.objects.filter(pk=user.pk).update(is_staff=True)
    console = console_for(user)
    assert console.get("/admin/").status_code == HTTPStatus.OK
    _delete(admin_client, user)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert client.get(f"{USERS}/me").status_code == HTTPStatus.UNAUTHORIZED
    assert browser.post("/api/v1/auth/refresh").status_code == HTTPStatus.UNAUTHORIZED
    assert console.get("/admin/").status_code == HTTPStatus.FOUND
    refused = [
        APIClient().post(login, {"username": name, "password": PASSWORD}).json()
        for name in ("ann", "nobody")
    ]
    assert [(told["code"], told["msg"], told["reason"]) for told in refused] == [
        (403, refused[0]["msg"], "accounts.sign_in.refused")
    ] * 2
    admin_client.put(f"{USERS}/{user.pk}/restore")
    assert client.get(f"{USERS}/me").status_code == HTTPStatus.UNAUTHORIZED
    assert browser.post("/api/v1/auth/refresh").status_code == HTTPStatus.UNAUTHORIZED
    assert APIClient().post(login, body).status_code == HTTPStatus.OK


def test_a_deleted_user_leaves_name_and_address_to_others(
    admin_client: APIClient, department: Department, make_user: Any
) -> None:
    _delete(admin_client, make_user(username="bob", email="bob@example.com"))
    body = _body(department, email="bob@example.com")
    assert admin_client.post(USERS, body).status_code == HTTPStatus.OK


def test_the_bin_shows_users_as_the_list_does(
    admin_client: APIClient, department: Department, make_user: Any
) -> None:
    bob = make_user(username="bob", department=department, roles=[make_role(name="crew")])
    before = admin_client.get(USERS, {"username": "bob"}).json()["data"]["items"][0]
    _delete(admin_client, bob)
    row = admin_client.get(f"{USERS}/bin", {"username": "BO"}).json()["data"]["items"][0]
    assert {name: row[name] for name in before} == before
    assert row.keys() - before.keys() == {
        "deleted_time",
        "deleted_by",
        "deleted_by_id",
        "purge_time",
    }
    assert "password" not in row


def test_a_user_is_restored_under_another_name_to_another_department(
    admin_client: APIClient, department: Department, make_user: Any
) -> None:
    bob = make_user(username="bob", email="bob@example.com", department=department)
    _delete(admin_client, bob)
    make_user(username="bob", email="bob@example.com")
    url = f"{USERS}/{bob.pk}/restore"
    assert admin_client.put(url).json()["reason"] == "accounts.user.username_taken"
    named = {"username": "bob2"}
    assert admin_client.put(url, named).json()["reason"] == "accounts.user.email_taken"
    department.move_to_bin()
    named["email"] = ""
    gone = admin_client.put(url, named)
    assert (gone.status_code, gone.json()["reason"]) == (409, "accounts.user.department_gone")
    for body in ({"username": "a b"}, {"email": "x"}, {"dept_id": "x"}):
        assert admin_client.put(url, body).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for pk in (department.pk, 987654):
        assert admin_client.put(url, {**named, "dept_id": pk}).status_code == HTTPStatus.NOT_FOUND
    data = admin_client.put(url, {**named, "dept_id": None}).json()["data"]
    assert (data["username"], data["email"], data["dept"]) == ("bob2", None, None)


def test_a_stronger_user_in_the_bin_stays_there(
    client_with: GrantedClient, admin_client: APIClient, make_user: Any
) -> None:
    client = client_with("sys:user:restore", "sys:user:purge")
    boss = make_user(is_superuser=True)
    strong = make_user(roles=[make_role(make_button("x:y:z"))])
    for user in (boss, strong):
        _delete(admin_client, user)
        assert client.put(f"{USERS}/{user.pk}/restore").status_code == HTTPStatus.FORBIDDEN
        assert client.delete(f"{USERS}/bin/{user.pk}").status_code == HTTPStatus.FORBIDDEN
        body = {"pks": [user.pk]}
        assert client.delete(f"{USERS}/bin", body).status_code == HTTPStatus.FORBIDDEN
    assert client.delete(f"{USERS}/bin", {"all": True}).status_code == HTTPStatus.FORBIDDEN
    assert User.bin.count() == 2


def test_a_role_that_is_deleted_grants_nothing_from_the_next_request_on(
    admin_client: APIClient, client_with: GrantedClient
) -> None:
    client = client_with("sys:user:list")
    role = client.user.roles.get()  # type: ignore[attr-defined] # the fixture's
    assert client.get(USERS).status_code == HTTPStatus.OK
    roles = "/api/v1/sys/roles"
    admin_client.delete(roles, {"pks": [role.pk]})
    assert client.get(USERS).status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"{USERS}/me").json()["data"]["roles"] == []
    admin_client.put(f"{roles}/{role.pk}/restore")
    assert client.get(USERS).status_code == HTTPStatus.OK
    admin_client.delete(roles, {"pks": [role.pk]})
    admin_client.delete(f"{roles}/bin/{role.pk}")
    assert client.get(USERS).status_code == HTTPStatus.FORBIDDEN


def test_users_are_switched_all_or_none(admin_client: APIClient, make_user: Any) -> None:
    pks = [make_user().pk for _ in range(2)]
    url = "/api/v1/sys/users/status"
    assert admin_client.put(url, {"pks": [*pks, 987_654], "status": 0}).status_code == 404
    assert admin_client.put(url, {"pks": pks, "status": 0}).json()["data"] == {"changed": 2}
    assert admin_client.put(url, {"pks": pks, "status": 0}).json()["data"] == {"changed": 0}
