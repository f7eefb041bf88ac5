"""Every websocket route: the apps' and the plugins' `routing.py`, behind an origin check."""

from importlib import import_module
from typing import Any

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.apps import apps
from django.urls import re_path
from django.utils.module_loading import module_has_submodule

CLOSE_UNKNOWN = 4404
"""Close code for "no such socket". Source: RFC 6455, 7.4.2 leaves 4000-4999 to applications."""


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
    """Return the ASGI application of all websockets."""
    return AllowedHostsOriginValidator(
        URLRouter([*websocket_routes(), re_path(r"", unknown_socket)])  # type: ignore[arg-type, list-item] # an ASGI application stands where Django expects a view
    )
