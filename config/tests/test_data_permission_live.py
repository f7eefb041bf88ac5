"""Data permission over the socket: an event about a row reaches exactly whoever may see it."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator

from apps.access.services.shares import grant_create
from apps.accounts.choices import Channel
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.accounts.services.users import user_create, user_delete, user_flag_toggle, user_update
from apps.core.testing.fixtures import PASSWORD, ClientFor
from apps.core.visibility import Act
from apps.realtime.consumers.events import EventsConsumer
from config.tests.test_data_permission import PRESETS, House, build_house

pytestmark = pytest.mark.django_db(transaction=True)
LAST = "test.last"


@pytest.fixture
def house(make_user: Any, client_for: ClientFor) -> House:
    return build_house(make_user, client_for)


@pytest.fixture
def root(house: House, make_user: Any) -> User:
    """Somebody who may change everybody."""
    made: User = make_user(username="root", is_superuser=True)
    return made


class Listener:
    """The actor of the house at the other end of a socket, who follows the users."""

    def __init__(self, user: User) -> None:
        self._user = user
        self._talk = WebsocketCommunicator(EventsConsumer.as_asgi(), "/ws/events")

    async def __aenter__(self) -> Listener:
        assert (await self._talk.connect())[0]
        pair = await sync_to_async(session_open)(user=self._user, channel=Channel.API)
        await self._talk.send_json_to({"type": "authenticate", "token": pair.access})
        assert (await self._talk.receive_json_from(3))["type"] == "ready"
        await self._talk.send_json_to({"type": "subscribe", "topic": "accounts.users"})
        self.answer = await self._talk.receive_json_from(3)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._talk.disconnect()

    async def heard(self) -> list[int]:
        """Return the rows that were told of until now."""
        layer: Any = get_channel_layer()
        # What is sent last to the same channel comes last: then nothing more is on its way.
        await layer.group_send(f"user.{self._user.pk}", {"type": LAST})
        found = []
        while (told := await self._talk.receive_json_from(5))["event"] != LAST:
            assert (told["topic"], told["event"]) == ("accounts.users", "user.changed")
            found.append(told["data"]["pk"])
        return found


def _names(house: House, pks: list[int]) -> set[str]:
    return {kind for kind, user in house.users.items() if user.pk in pks}


@pytest.mark.parametrize(("preset", "seen"), PRESETS.items(), ids=list(PRESETS))
async def test_news_of_users_reach_who_may_see_them(
    house: House, root: User, preset: str, seen: set[str]
) -> None:
    await sync_to_async(house.sees_by)(preset)
    async with Listener(house.actor) as listener:
        assert listener.answer["type"] == "subscribed"
        for user in house.users.values():
            await sync_to_async(user_update)(actor=root, user=user, nickname="new")
        heard = await listener.heard()
        assert (_names(house, heard), len(heard)) == (seen, len(seen))
        others = {kind: user for kind, user in house.users.items() if kind != "own"}
        for user in others.values():
            await sync_to_async(user_flag_toggle)(actor=root, user=user, flag="status")
        heard = await listener.heard()
        assert (_names(house, heard), len(heard)) == (seen - {"own"}, len(seen - {"own"}))
        for user in others.values():
            await sync_to_async(user_delete)(actor=root, user=user)
        assert await listener.heard() == []  # what is gone is seen by nobody


@pytest.mark.parametrize("kind", ["same", "foreign"])
async def test_news_of_a_new_user_reach_who_may_see_them(
    house: House, root: User, kind: str
) -> None:
    await sync_to_async(house.sees_by)("Own department")
    async with Listener(house.actor) as listener:
        made = await sync_to_async(user_create)(
            actor=root, username="new", password=PASSWORD, department=house.depts[kind]
        )
        assert await listener.heard() == ([made.pk] if kind == "same" else [])


async def test_a_row_that_is_shared_is_heard_of_and_one_moved_out_of_sight_is_not(
    house: House, root: User
) -> None:
    await sync_to_async(house.sees_by)("Own department")
    same, foreign = house.users["same"], house.users["foreign"]
    await sync_to_async(grant_create)(
        actor=None, user=house.actor, model="User", key=foreign.pk, level=Act.VIEW
    )
    async with Listener(house.actor) as listener:
        await sync_to_async(user_update)(actor=root, user=foreign, nickname="new")
        assert await listener.heard() == [foreign.pk]
        away = house.depts["foreign"]
        await sync_to_async(user_update)(actor=root, user=same, department=away)
        assert await listener.heard() == []


async def test_without_the_code_nothing_is_heard(house: House, root: User, user: User) -> None:
    async with Listener(user) as listener:
        assert listener.answer == {"type": "refused", "topic": "accounts.users", "code": 403}
        await sync_to_async(user_update)(actor=root, user=house.users["same"], nickname="new")
        assert await listener.heard() == []
