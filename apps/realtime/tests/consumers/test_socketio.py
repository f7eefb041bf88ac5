"""The real client library against a real server, which runs in a thread."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import socketio
import uvicorn
from asgiref.sync import sync_to_async
from channels.routing import ProtocolTypeRouter
from django.utils.module_loading import import_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from apps.access.models import Menu, Role
from apps.accounts.choices import Channel, Closing
from apps.accounts.models import Session, User
from apps.accounts.services.sessions import session_open, sessions_close
from apps.accounts.services.tokens import TokenPair
from apps.accounts.services.users import user_update
from apps.core.cached import PRINCIPALS, invalidate
from apps.realtime.consumers import socketio as consumers
from apps.realtime.consumers import visits
from apps.realtime.services.workers import Workers

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/ws/socket.io"
STATUS = "task_worker_status"
PONG = [{"celery@one": {"ok": "pong"}}]
ConnectionError = socketio.exceptions.ConnectionError  # noqa: A001 - what the library calls it


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "Workers", lambda: Workers(lambda: PONG))
    visits._open.clear()


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    """Somebody who may list jobs, and so hear which workers there are."""
    role = Role.objects.create(name="crew")
    role.menus.add(Menu.objects.create(name="T", title="T", kind=1, perms="sys:task:list"))
    return make_user(roles=[role])


@pytest.fixture
def address(_quick: None) -> Iterator[str]:
    """A server with Socket.IO and nothing else."""
    lifespan = import_string("config.runtime.lifespan.Lifespan")
    application = ProtocolTypeRouter(
        {"websocket": consumers.SocketIoApplication(), "lifespan": lifespan()}
    )
    config = uvicorn.Config(
        application, port=0, ws="websockets-sansio", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


class Talk:
    """A client that keeps what it hears."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.gone = asyncio.Event()
        for namespace in ("/", "/ws"):
            self.client.on(STATUS, self.heard.put, namespace=namespace)
            self.client.on("disconnect", self._leave, namespace=namespace)

    async def _leave(self, *_reason: Any) -> None:
        self.gone.set()

    async def ask(self, namespace: str = "/") -> Any:
        await self.client.emit(STATUS, None, namespace=namespace)
        return await asyncio.wait_for(self.heard.get(), 5)


@asynccontextmanager
async def _talk(address: str, auth: Any, namespace: str = "/") -> AsyncIterator[Talk]:
    talk = Talk()
    try:
        await talk.client.connect(
            f"http://{address}",
            socketio_path=PATH,
            transports=["websocket"],
            auth=auth,
            namespaces=[namespace],
        )
        yield talk
    finally:
        await talk.client.disconnect()
        if talk.client.eio.http is not None:
            await talk.client.eio.http.close()


async def _pair(user: User) -> TokenPair:
    return await sync_to_async(session_open)(user=user, channel=Channel.API)


def _auth(pair: TokenPair, **other: Any) -> dict[str, Any]:
    return {"token": pair.access, "session_uuid": pair.sid, **other}


@pytest.mark.parametrize("namespace", ["/", "/ws"])
async def test_whoever_asks_hears_which_workers_answer_and_nobody_else_does(
    address: str, user: User, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[str] = []
    monkeypatch.setattr(visits, "session_touch", lambda *, sid: touched.append(sid))
    pair = await _pair(user)
    async with _talk(address, _auth(pair), namespace) as talk, _talk(address, _auth(pair)) as other:
        assert touched == [pair.sid] * 2
        assert await talk.ask(namespace) == PONG
        assert touched == [pair.sid] * 3
        assert other.heard.empty()
        assert await other.ask() == PONG
        assert talk.heard.empty()


async def test_whoever_shows_no_session_of_their_own_is_refused(
    address: str, user: User, make_user: Callable[..., User]
) -> None:
    pair = await _pair(user)
    other = await _pair(await sync_to_async(make_user)())
    ended = await _pair(user)
    rows = Session.objects.filter(sid=ended.sid)
    await sync_to_async(sessions_close)(sessions=rows, closing=Closing.KICKED)
    refused: tuple[Any, ...] = (
        None,
        [],
        "internal",
        {"token": "internal", "session_uuid": pair.sid},
        {"token": pair.access},
        {"session_uuid": pair.sid},
        _auth(pair, session_uuid=other.sid),
        _auth(pair, session_uuid=None),
        _auth(pair, token=["x"]),
        _auth(pair, token=pair.access + "x"),
        _auth(pair, token=pair.refresh),
        _auth(ended),
    )
    for auth in refused:
        with pytest.raises(ConnectionError):
            async with _talk(address, auth):
                pass
    with pytest.raises(ConnectionError):
        async with _talk(address, _auth(pair), "/admin"):
            pass
    assert not visits._open


async def test_which_workers_there_are_is_told_to_those_alone_who_list_or_start_jobs(
    address: str, user: User, make_user: Callable[..., User]
) -> None:
    boss, stranger = [
        await sync_to_async(make_user)(is_superuser=is_boss) for is_boss in (True, False)
    ]

    def give() -> None:
        user_update(actor=boss, user=stranger, roles=[Role.objects.get(name="crew")])

    def change() -> None:
        Menu.objects.filter(name="T").update(perms="sys:task:exec")
        invalidate(PRINCIPALS)

    async with _talk(address, _auth(await _pair(stranger))) as talk:
        assert await talk.ask() == []
        await sync_to_async(give)()
        assert await talk.ask() == PONG
    await sync_to_async(change)()
    async with _talk(address, _auth(await _pair(user))) as talk:
        assert await talk.ask() == PONG


@pytest.mark.parametrize(
    ("language", "ended"), [("en-US", "The session has ended. Sign in again."), ("zh-CN", "登录")]
)
async def test_refusals_are_objects_with_a_message_in_the_language_of_the_client(
    address: str, user: User, language: str, ended: str
) -> None:
    where = f"ws://{address}{PATH}/?EIO=4&transport=websocket"
    headers = {"Accept-Language": language}
    async with connect(where, additional_headers=headers) as raw:
        await raw.recv()

        async def refusal(text: str, start: str) -> str:
            await raw.send(text)
            told = str(await asyncio.wait_for(raw.recv(), 3))
            assert told.startswith(start)
            message: str = json.loads(told.removeprefix(start))["message"]
            return message

        assert ended in await refusal("40{}", "44")
        auth = json.dumps(_auth(await _pair(user)))
        assert await refusal(f"40/admin,{auth}", "44/admin,")
        await raw.send(f"40{auth}")
        assert str(await asyncio.wait_for(raw.recv(), 3)).startswith('40{"sid"')
        assert await refusal(f"40{auth}", "44")


async def test_a_kicked_session_is_out_at_once(address: str, user: User) -> None:
    pair, other = await _pair(user), await _pair(user)
    async with _talk(address, _auth(pair)) as talk, _talk(address, _auth(other)) as stays:
        assert await talk.ask() == PONG
        rows = Session.objects.filter(sid=pair.sid)
        await sync_to_async(sessions_close)(sessions=rows, closing=Closing.KICKED)
        await asyncio.wait_for(talk.gone.wait(), 3)
        assert await stays.ask() == PONG


async def test_a_session_that_ended_without_a_word_is_out_within_seconds(
    address: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "WATCH_SECONDS", 0.05)

    def disable() -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        invalidate(PRINCIPALS)

    async with _talk(address, _auth(await _pair(user))) as talk:
        await sync_to_async(disable)()
        await asyncio.wait_for(talk.gone.wait(), 5)


async def test_one_user_has_only_so_many_connections(
    address: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MAX_VISITS", 1)
    auth = _auth(await _pair(user))
    async with _talk(address, auth) as talk:
        with pytest.raises(ConnectionError):
            async with _talk(address, auth):
                pass
        assert await talk.ask() == PONG


async def test_what_else_a_client_says_is_not_heard(address: str, user: User) -> None:
    async with _talk(address, _auth(await _pair(user))) as talk:
        for event, data in (
            ("connect", {}),
            ("disconnect", None),
            ("message", "x"),
            ("task_notification", {"msg": "x"}),
            (f"{STATUS}s", None),
        ):
            await talk.client.emit(event, data)
        assert await talk.ask() == PONG
        assert talk.heard.empty()
        assert not talk.gone.is_set()


@pytest.mark.parametrize("text", ["x", "4" + "2" * 9_000, b"\x04", ""])
async def test_what_is_no_packet_closes_the_connection(address: str, text: Any) -> None:
    async with connect(f"ws://{address}{PATH}/?EIO=4&transport=websocket") as raw:
        assert str(await raw.recv()).startswith("0{")
        await raw.send(text)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(raw.recv(), 3)


async def test_whoever_sends_packets_that_mean_nothing_is_let_go_in_the_end(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "SIGN_IN_SECONDS", 0.5)
    async with connect(f"ws://{address}{PATH}/?EIO=4&transport=websocket") as raw:
        for text in ("4", "4x", "42", "42{}", "42[]", "451-[]", "4999", f'42["{STATUS}"]'):
            await raw.send(text)
        heard = [str(text) async for text in raw]  # ends with the connection
    assert STATUS not in "".join(heard)


DEEP = "[" * 3_000 + "]" * 3_000
WORDS = [
    *"0123456{}[],/-",
    *("[]", "{}", "null", "/ws,", "/admin,", "9" * 20, "1e999", "NaN", DEEP, "\0", "\uff11", '"x"'),
    *(f'["{STATUS}"]', f'["{STATUS}",null]', '["connect",{}]', '{"token":1}'),
    *('{"token":["x"],"session_uuid":{}}', '{"_placeholder":true,"num":0}'),
]


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    frames=st.lists(
        st.lists(st.sampled_from(WORDS), max_size=4).map(lambda words: "4" + "".join(words)),
        min_size=1,
        max_size=8,
    ),
    is_in=st.booleans(),
)
async def test_nothing_that_a_client_sends_raises(
    address: str, user: User, caplog: pytest.LogCaptureFixture, frames: list[str], *, is_in: bool
) -> None:
    async with connect(f"ws://{address}{PATH}/?EIO=4&transport=websocket") as raw:
        await raw.recv()
        if is_in:
            await raw.send("40" + json.dumps(_auth(await _pair(user))))
            assert str(await raw.recv()).startswith("40{")
        with suppress(ConnectionClosed):
            for text in frames:
                await raw.send(text)
            await raw.send("x")  # no packet: ends the connection
            async with asyncio.timeout(5):
                while True:
                    await raw.recv()
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
