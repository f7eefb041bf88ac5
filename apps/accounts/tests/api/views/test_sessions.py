from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.choices import Channel
from apps.accounts.models import Session
from apps.accounts.services.sessions import session_open
from apps.core.testing.fixtures import PASSWORD, ClientFor, GrantedClient

pytestmark = pytest.mark.django_db
SESSIONS = "/api/v1/monitors/sessions"
ME = "/api/v1/sys/users/me"


def test_open_sessions_are_listed_those_active_last_first(
    admin_client: APIClient, make_user: Any
) -> None:
    old = session_open(user=make_user(username="old"), channel=Channel.API)
    Session.objects.filter(sid=old.sid).update(active_at=timezone.now() - timedelta(hours=1))
    session_open(user=make_user(username="docs"), channel=Channel.SWAGGER)
    closed = session_open(user=make_user(username="closed"), channel=Channel.API)
    Session.objects.filter(sid=closed.sid).update(closed_at=timezone.now())
    rows = admin_client.get(SESSIONS).json()["data"]
    assert [(row["username"] == "old", row["status"]) for row in rows] == [(False, 1), (True, 0)]
    assert rows[1]["session_uuid"] == old.sid


@pytest.mark.parametrize(("name", "count"), [("ann", 1), ("an", 0), ("", 2)])
def test_the_list_is_narrowed_to_one_name(
    admin_client: APIClient, user: Any, client_for: ClientFor, name: str, count: int
) -> None:
    client_for(user)
    assert len(admin_client.get(SESSIONS, {"username": name}).json()["data"]) == count


def test_whoever_is_kicked_is_out_at_once_and_cannot_refresh(
    admin_client: APIClient, user: Any
) -> None:
    kicked = APIClient()
    data = kicked.post("/api/v1/auth/login", {"username": "ann", "password": PASSWORD}).json()
    token, sid = data["data"]["access_token"], data["data"]["session_uuid"]
    kicked.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert kicked.get(ME).status_code == HTTPStatus.OK
    response = admin_client.delete(f"{SESSIONS}/{user.pk}?session_uuid={sid}")
    assert response.json()["data"] is None
    assert kicked.get(ME).status_code == HTTPStatus.UNAUTHORIZED
    assert kicked.post("/api/v1/auth/refresh").status_code == HTTPStatus.UNAUTHORIZED
    again = admin_client.delete(f"{SESSIONS}/{user.pk}?session_uuid={sid}")
    assert again.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("query", ["", "?session_uuid=", "?session_uuid=x"])
def test_a_session_must_be_named(admin_client: APIClient, user: Any, query: str) -> None:
    response = admin_client.delete(f"{SESSIONS}/{user.pk}{query}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_session_is_ended_only_under_its_own_user(
    admin_client: APIClient, user: Any, make_user: Any
) -> None:
    pair = session_open(user=user, channel=Channel.API)
    for pk in (make_user().pk, 987654):
        response = admin_client.delete(f"{SESSIONS}/{pk}?session_uuid={pair.sid}")
        assert response.status_code == HTTPStatus.NOT_FOUND
    assert Session.objects.live().filter(sid=pair.sid).exists()


def test_nobody_kicks_who_may_do_more(client_with: GrantedClient, make_user: Any) -> None:
    boss = make_user(is_superuser=True)
    pair = session_open(user=boss, channel=Channel.API)
    helper = client_with("sys:session:list", "sys:session:kick")
    response = helper.delete(f"{SESSIONS}/{boss.pk}?session_uuid={pair.sid}")
    assert response.status_code == HTTPStatus.FORBIDDEN


def test_everybody_sees_and_ends_their_own_devices(user: Any, client_for: ClientFor) -> None:
    here, there = client_for(user), client_for(user)
    rows = here.get(f"{ME}/sessions").json()["data"]
    assert len(rows) == 2
    sid = str(user.sessions.order_by("-pk").first().sid)
    assert here.delete(f"{ME}/sessions?session_uuid={sid}").status_code == HTTPStatus.OK
    assert there.get(ME).status_code == HTTPStatus.UNAUTHORIZED
    assert here.get(ME).status_code == HTTPStatus.OK
    unknown = here.delete(f"{ME}/sessions?session_uuid={uuid4()}")
    assert unknown.status_code == HTTPStatus.NOT_FOUND


def test_all_sessions_of_a_user_end_at_once(
    admin_client: APIClient, user: Any, client_for: ClientFor
) -> None:
    clients = [client_for(user) for _ in range(3)]
    response = admin_client.delete(f"{SESSIONS}/{user.pk}/all")
    assert response.json()["data"] == {"ended": 3}
    assert {client.get(ME).status_code for client in clients} == {HTTPStatus.UNAUTHORIZED}
    assert admin_client.delete(f"{SESSIONS}/{user.pk}/all").json()["data"] == {"ended": 0}
    assert admin_client.delete(f"{SESSIONS}/987654/all").status_code == HTTPStatus.NOT_FOUND


def test_nobody_ends_the_sessions_of_whoever_may_do_more(
    client_with: GrantedClient, make_user: Any
) -> None:
    above = make_user(is_superuser=True)
    session_open(user=above, channel=Channel.API)
    response = client_with("sys:session:kick").delete(f"{SESSIONS}/{above.pk}/all")
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert above.sessions.live().count() == 1


def test_statistics_are_those_of_the_sessions_that_one_sees(admin_client: APIClient) -> None:
    data = admin_client.get(f"{SESSIONS}/statistics?days=7").json()["data"]
    assert (data["open"], data["online"], len(data["days"])) == (1, 1, 7)
    assert data["days"][-1]["times"] == 1
    assert data["newest"][0]["place"] == ""
    for wrong in ("0", "91", "x"):
        answer = admin_client.get(f"{SESSIONS}/statistics?days={wrong}")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_ones_own_devices_are_listed_and_all_others_end(user: Any, client_for: ClientFor) -> None:
    here, there = client_for(user), client_for(user)
    rows = here.get(f"{ME}/sessions").json()["data"]
    assert sorted(row["is_current"] for row in rows) == [False, True]
    assert here.delete(f"{ME}/sessions/others").json()["data"] == {"ended": 1}
    assert here.get(ME).status_code == HTTPStatus.OK
    assert there.get(ME).status_code == HTTPStatus.UNAUTHORIZED
