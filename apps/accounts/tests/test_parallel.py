"""What two people do at the same moment, on a real database."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import Session, User
from apps.core.testing.fixtures import PASSWORD, ClientFor
from apps.organization.models import Department

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
USERS = "/api/v1/sys/users"
AtOnce = Callable[..., list[int]]


@pytest.fixture
def two_clients(make_user: Callable[..., Any], client_for: ClientFor) -> list[APIClient]:
    """Return two signed-in superusers."""
    users = [make_user(is_superuser=True) for _number in range(2)]
    clients = [client_for(user) for user in users]
    for client, user in zip(clients, users, strict=True):
        client.user = user  # type: ignore[attr-defined] # for the test to read
    return clients


@pytest.mark.parametrize("same", [{"username": "bob"}, {"email": "bob@example.com"}])
def test_of_two_equal_users_at_the_same_time_one_wins(
    two_clients: list[APIClient], at_once: AtOnce, same: dict[str, str]
) -> None:
    department = Department.objects.create(name="d")
    bodies = [
        {"username": f"u{n}", "password": "Bobs-1", "dept_id": department.pk, "roles": [], **same}
        for n in range(2)
    ]
    first, second = two_clients
    statuses = at_once(lambda: first.post(USERS, bodies[0]), lambda: second.post(USERS, bodies[1]))
    assert statuses == [HTTPStatus.OK, HTTPStatus.CONFLICT]
    assert User.objects.filter(**same).count() == 1


def test_two_superusers_cannot_delete_each_other(
    two_clients: list[APIClient], at_once: AtOnce
) -> None:
    first, second = two_clients
    pks = [client.user.pk for client in two_clients]  # type: ignore[attr-defined] # set above
    statuses = at_once(
        lambda: first.delete(f"{USERS}/{pks[1]}"), lambda: second.delete(f"{USERS}/{pks[0]}")
    )
    assert statuses[0] == HTTPStatus.OK
    assert statuses[1] in {HTTPStatus.CONFLICT, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}
    assert User.objects.filter(is_superuser=True).count() == 1


def test_a_cookie_used_twice_at_the_same_time_gives_one_answer_and_ends_the_session(
    user: Any, at_once: AtOnce
) -> None:
    clients = [APIClient(), APIClient()]
    clients[0].post("/api/v1/auth/login", {"username": "ann", "password": PASSWORD})
    clients[1].cookies.load(clients[0].cookies.output(header=""))
    statuses = at_once(*(lambda c=c: c.post("/api/v1/auth/refresh") for c in clients))
    assert statuses == [HTTPStatus.OK, HTTPStatus.UNAUTHORIZED]
    assert not Session.objects.live().exists()


def test_guesses_at_the_same_time_are_counted_like_guesses_one_by_one(
    user: Any, at_once: AtOnce
) -> None:
    body = {"username": "ann", "password": "wrong"}
    statuses = at_once(*(lambda: APIClient().post("/api/v1/auth/login", body) for _n in range(9)))
    assert statuses.count(HTTPStatus.FORBIDDEN) <= 5
    assert statuses.count(HTTPStatus.TOO_MANY_REQUESTS) >= 4


@pytest.mark.parametrize("same", [{"username": "bob"}, {"email": "bob@example.com"}])
def test_of_two_users_restored_to_one_name_at_the_same_time_one_returns(
    two_clients: list[APIClient],
    make_user: Callable[..., Any],
    at_once: AtOnce,
    same: dict[str, str],
) -> None:
    users = []
    for _number in range(2):
        users.append(make_user(**same))
        users[-1].move_to_bin()
    first, second = two_clients
    statuses = at_once(
        lambda: first.put(f"{USERS}/{users[0].pk}/restore"),
        lambda: second.put(f"{USERS}/{users[1].pk}/restore"),
    )
    assert statuses == [HTTPStatus.OK, HTTPStatus.CONFLICT]
    assert User.objects.filter(**same).count() == User.bin.count() == 1


def test_a_user_deleted_while_they_sign_in_has_no_session_that_works(
    two_clients: list[APIClient], user: Any, at_once: AtOnce
) -> None:
    body = {"username": "ann", "password": PASSWORD}
    answers: list[Any] = []

    def sign_in() -> Any:
        answers.append(APIClient().post("/api/v1/auth/login", body))
        return answers[0]

    statuses = at_once(sign_in, lambda: two_clients[0].delete(f"{USERS}/{user.pk}"))
    assert statuses[0] == HTTPStatus.OK
    assert statuses[1] in {HTTPStatus.OK, HTTPStatus.FORBIDDEN}
    assert not Session.objects.live().filter(user=user.pk).exists()


def test_a_department_goes_or_the_one_below_returns_but_not_both(
    two_clients: list[APIClient], at_once: AtOnce
) -> None:
    top = Department.objects.create(name="top")
    below = Department.objects.create(name="below", parent=top)
    below.move_to_bin()
    first, second = two_clients
    url = "/api/v1/sys/depts"
    statuses = at_once(
        lambda: first.delete(f"{url}/{top.pk}"),
        lambda: second.put(f"{url}/{below.pk}/restore"),
    )
    assert statuses == [HTTPStatus.OK, HTTPStatus.CONFLICT]
    counts = (Department.objects.count(), Department.bin.count())
    assert counts in {(2, 0), (0, 2)}
