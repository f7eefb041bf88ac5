from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.utils import timezone

from apps.core.testing.fixtures import GrantedClient
from apps.realtime.constants import LOOK_BACK_SECONDS
from apps.realtime.models import Event

pytestmark = pytest.mark.django_db
URL = "/api/v1/sys/events"


def _make(user: Any, *, ago: float = 0.0, name: str = "task.done") -> Event:
    moment = timezone.now() - timedelta(seconds=ago)
    return Event.objects.create(user_id=user.pk, name=name, payload={"n": 1}, created_at=moment)


def _ids(data: Any) -> list[int]:
    return [item["id"] for item in data["items"]]


def test_whoever_has_no_socket_catches_up_in_parts(
    client_with: GrantedClient, django_assert_num_queries: Any
) -> None:
    client: Any = client_with()
    rows = [_make(client.user, ago=LOOK_BACK_SECONDS + 10 - number) for number in range(3)]
    fresh = _make(client.user)
    data = client.get(URL, {"since": rows[0].pk, "size": 1}).json()["data"]
    assert (_ids(data), data["next"], data["more"]) == ([rows[1].pk], rows[1].pk, True)
    with django_assert_num_queries(2):
        data = client.get(f"{URL}?since={data['next']}").json()["data"]
    assert (_ids(data), data["more"]) == ([rows[2].pk, fresh.pk], False)
    # The fresh one comes again: what was written beside it may still be on its way.
    assert data["next"] == rows[2].pk
    assert _ids(client.get(f"{URL}?since={data['next']}").json()["data"]) == [fresh.pk]
    assert set(data["items"][0]) == {"id", "event", "at", "data"}
    assert (data["items"][0]["event"], data["items"][0]["data"]) == ("task.done", {"n": 1})


def test_nobody_sees_what_was_said_to_others(client_with: GrantedClient, user: Any) -> None:
    _make(user)
    Event.objects.create(topic="news", name="news.told")
    data = client_with(is_superuser=True).get(URL).json()["data"]
    assert data == {"items": [], "next": 0, "more": False}


def test_events_can_be_looked_for_by_name(client_with: GrantedClient) -> None:
    client: Any = client_with()
    _make(client.user)
    notice = _make(client.user, name="notice")
    assert _ids(client.get(f"{URL}?event=notice").json()["data"]) == [notice.pk]


def test_an_empty_value_narrows_nothing(client_with: GrantedClient) -> None:
    client: Any = client_with()
    event = _make(client.user)
    assert _ids(client.get(f"{URL}?since=&size=&event=").json()["data"]) == [event.pk]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("since=x", "since"),
        ("since=-1", "since"),
        ("since=9999999999999999999999", "since"),
        ("size=0", "size"),
        ("size=201", "size"),
        (f"event={'x' * 65}", "event"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    client_with: GrantedClient, query: str, name: str
) -> None:
    response = client_with().get(f"{URL}?{query}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert name in str(response.json()["data"]["errors"])


@pytest.mark.parametrize("path", ["/ws/socket.io", "/ws/socket.io/"])
@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("?EIO=4&transport=polling&t=x", 0, "Transport unknown"),
        ("", 0, "Transport unknown"),
        ("?EIO=4&transport=websocket", 3, "Bad request"),
    ],
)
def test_a_client_of_socket_io_that_polls_is_told_so_in_the_words_of_engine_io(
    client: Any, path: str, query: str, code: int, message: str
) -> None:
    for ask in (client.get, client.post):
        answer = ask(path + query)
        assert answer.status_code == HTTPStatus.BAD_REQUEST
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json() == {"code": code, "message": message}
