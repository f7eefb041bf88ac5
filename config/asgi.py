"""The ASGI entry point: HTTP to Django, websockets to the consumers."""

import os

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
django.setup()  # loads the apps; routes may only be imported after this

from config.runtime.handler import Handler  # noqa: E402
from config.runtime.lifespan import Lifespan  # noqa: E402
from config.sockets import websocket_application  # noqa: E402

application = ProtocolTypeRouter(
    {"http": Handler(), "websocket": websocket_application(), "lifespan": Lifespan()}
)
