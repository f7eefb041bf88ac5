import asyncio
from dataclasses import replace
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from uvicorn.protocols.utils import ClientDisconnected

from apps.monitor.services.metrics import metrics
from apps.realtime.constants import ADDRESS
from config import sockets
from config.sockets import (
    CLOSE_REFUSED,
    CLOSE_UNKNOWN,
    GONE,
    Gate,
    Wire,
    websocket_application,
)


async def test_an_unknown_socket_is_closed_with_our_code() -> None:
    talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere")
    is_accepted, code = await talk.connect()
    assert not is_accepted
    assert code == CLOSE_UNKNOWN


async def test_a_page_from_elsewhere_is_refused(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["admin.example.org"]  # type: ignore[attr-defined] # pytest-django's
    headers = [(b"origin", b"https://evil.example")]
    talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere", headers=headers)
    is_accepted, code = await talk.connect()
    assert not is_accepted
    assert code != CLOSE_UNKNOWN


@pytest.mark.parametrize("hosts", [["testserver"], ["*"]])
@pytest.mark.parametrize("origin", ["http://[::1", "http://x:99999", "http://x:y", "http://[x]"])
async def test_an_origin_that_is_no_address_is_refused_like_a_foreign_one(
    settings: Any, origin: str, hosts: list[str]
) -> None:
    settings.ALLOWED_HOSTS, settings.CORS_ALLOWED_ORIGINS = hosts, ["https://ui.example.org"]
    headers = [(b"origin", origin.encode())]
    talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere", headers=headers)
    _is_accepted, code = await talk.connect()
    assert code != CLOSE_UNKNOWN


@pytest.mark.parametrize(
    ("forwarded", "code"), [("10.1.2.3", CLOSE_UNKNOWN), ("203.0.113.9", CLOSE_REFUSED)]
)
async def test_the_lists_of_addresses_hold_for_sockets(
    settings: Any, forwarded: str, code: int
) -> None:
    settings.ATRIUM = replace(
        settings.ATRIUM, ip_allow=("10.0.0.0/8",), trusted_proxies=("127.0.0.1",)
    )
    headers = [(b"x-forwarded-for", forwarded.encode())]
    talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere", headers=headers)
    talk.scope["client"] = ("127.0.0.1", 5000)
    assert await talk.connect() == (False, code)


async def test_a_socket_knows_which_address_it_comes_from(settings: Any) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, trusted_proxies=("127.0.0.1",))
    seen: list[str] = []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope[ADDRESS])

    headers = [(b"x-forwarded-for", b"203.0.113.9")]
    await Gate(application)({"headers": headers, "client": ("127.0.0.1", 5000)}, None, None)
    assert seen == ["203.0.113.9"]


async def test_open_sockets_are_counted(settings: Any) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    seen: list[float] = []

    async def application(_scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(metrics().sockets._value.get())

    before = metrics().sockets._value.get()
    await Gate(application)({"headers": [], "client": None}, None, None)
    assert seen == [before + 1]
    assert metrics().sockets._value.get() == before


@pytest.mark.django_db(transaction=True)
async def test_the_socket_of_events_stands_behind_the_gates(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    for origin, is_welcome in ((b"http://testserver", True), (b"https://evil.example", False)):
        headers = [(b"origin", origin), (b"host", b"testserver")]
        talk = WebsocketCommunicator(websocket_application(), "/ws/events", headers=headers)
        assert (await talk.connect())[0] is is_welcome
        await talk.disconnect()


@pytest.mark.parametrize("hosts", [["testserver"], ["*"]])
@pytest.mark.parametrize(
    "origin", [b"http://[", b"//]", b"http://testserver:x", b"http://testserver:99999"]
)
async def test_an_origin_that_is_no_address_is_refused_and_nothing_is_raised(
    settings: Any, origin: bytes, hosts: list[str]
) -> None:
    settings.ALLOWED_HOSTS = hosts
    talk = WebsocketCommunicator(
        websocket_application(), "/ws/nowhere", headers=[(b"origin", origin)]
    )
    is_accepted, code = await talk.connect()
    assert not is_accepted
    assert code != CLOSE_UNKNOWN


async def test_pages_that_may_call_the_api_may_open_sockets(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["api.example.org"]
    settings.CORS_ALLOWED_ORIGINS = ["https://ui.example.org"]
    for origin, is_welcome in (
        ("https://ui.example.org", True),
        ("http://ui.example.org", False),
        ("https://ui.example.org:8443", False),
        ("https://api.example.org", True),
        ("https://evil.example", False),
    ):
        headers = [(b"origin", origin.encode())]
        talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere", headers=headers)
        _is_accepted, code = await talk.connect()
        assert (code == CLOSE_UNKNOWN) is is_welcome, origin


def test_socket_io_is_not_to_be_had_by_polling(client: Any, db: None) -> None:
    assert client.get("/ws/socket.io/?EIO=4&transport=polling").status_code == 400


async def test_a_client_that_takes_nothing_counts_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SLOW_SECONDS", 0.05)

    async def stuck(*_message: Any) -> None:
        await asyncio.sleep(60)

    wire = Wire(stuck, stuck)
    hearing = asyncio.ensure_future(wire.receive())
    with pytest.raises(ClientDisconnected):
        await wire.send({"type": "websocket.send"})
    assert await asyncio.wait_for(hearing, 3) == GONE
    assert await asyncio.wait_for(wire.receive(), 3) == GONE
