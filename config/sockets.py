"""Every websocket route: the apps' and the plugins' `routing.py`, behind an origin check."""

import asyncio
from contextlib import nullcontext
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from channels.security.websocket import OriginValidator, WebsocketDenier
from django.apps import apps
from django.conf import settings
from django.urls import re_path
from django.utils.module_loading import module_has_submodule
from uvicorn.protocols.utils import ClientDisconnected

from apps.core.clients import client_address, is_welcome
from apps.monitor.services.metrics import metrics
from apps.realtime.constants import ADDRESS

CLOSE_REFUSED = 4403
"""Close code for "not from this address"."""

CLOSE_UNKNOWN = 4404
"""Close code for "no such socket". Source: RFC 6455, 7.4.2 leaves 4000-4999 to applications."""


SLOW_SECONDS = 10.0
"""How long a client may refuse to take what it is sent."""

GONE = {"type": "websocket.disconnect", "code": 1006}
"""Source: RFC 6455, 7.4.1: ended without a word."""


async def unknown_socket(_scope: Any, _receive: Any, send: Any) -> None:
    """Close a websocket that no route knows; without this, Channels raises and the log fills."""
    await send({"type": "websocket.close", "code": CLOSE_UNKNOWN})


def websocket_routes() -> list[Any]:
    """Collect the `websocket_urlpatterns` of every installed app's `routing.py`."""
    routes: list[Any] = []  # URLPatterns of ASGI applications, for which Django has no type
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "routing"):
            module = import_module(f"{config.name}.routing")
            routes += getattr(module, "websocket_urlpatterns", [])
    return routes


def websocket_application() -> Any:
    """Return the ASGI application of all websockets.

    Pages of the site itself may open them, and those that may call the API: a cookie counts only
    where the page is one of the console's own, so that another page needs a token.
    """
    routes = URLRouter([*websocket_routes(), re_path(r"", unknown_socket)])  # type: ignore[arg-type, list-item] # an ASGI application stands where Django expects a view
    origins = [*settings.ALLOWED_HOSTS, *settings.CORS_ALLOWED_ORIGINS]
    return Gate(Origins(routes, origins))


class Origins(OriginValidator):
    """Lets pages in by their `Origin`; where that is no address it refuses, the parent raises."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if all(_is_address(value) for name, value in scope["headers"] if name == b"origin"):
            return await super().__call__(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def _is_address(origin: bytes) -> bool:
    try:
        _port = urlsplit(origin.decode("latin1")).port  # reading it is what raises
    except ValueError:
        return False
    return True


class Gate:
    """Refuse sockets from addresses that may not use the site, and count those that are open."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        env = settings.ATRIUM
        address = address_of(scope)
        if not is_welcome(address, env.ip_allow, env.ip_deny):
            await send({"type": "websocket.close", "code": CLOSE_REFUSED})
            return
        opened = metrics().sockets if env.metrics_token else None
        with opened.track_inprogress() if opened else nullcontext():
            wire = Wire(receive, send)
            await self._application({**scope, ADDRESS: address}, wire.receive, wire.send)


class Wire:
    """The way to one client. A client that does not take what it is sent counts as gone.

    The server waits for such a client without end, and its consumer would with it.
    """

    def __init__(self, receive: Any, send: Any) -> None:
        self._receive, self._send = receive, send
        self._stuck = asyncio.Event()

    async def receive(self) -> Any:
        """Return what the client sends, or that it is gone."""
        told = asyncio.ensure_future(self._receive())
        stuck = asyncio.ensure_future(self._stuck.wait())
        try:
            await asyncio.wait({told, stuck}, return_when=asyncio.FIRST_COMPLETED)
            return GONE if self._stuck.is_set() else told.result()
        finally:
            told.cancel()
            stuck.cancel()

    async def send(self, message: Any) -> None:
        """Send to the client.

        Raises:
            ClientDisconnected: It takes nothing, as if it were gone.
        """
        try:
            async with asyncio.timeout(SLOW_SECONDS):
                await self._send(message)
        except TimeoutError:
            self._stuck.set()
            raise ClientDisconnected from None


def address_of(scope: Any) -> str:
    """Return the address that a socket comes from, found as for a request."""
    headers = [
        value.decode("latin1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    ]
    client = scope.get("client") or ("",)
    meta = {"REMOTE_ADDR": client[0], "HTTP_X_FORWARDED_FOR": ",".join(headers)}
    return client_address(meta, settings.ATRIUM.trusted_proxies)
