"""The ASGI entry point: HTTP to Django, websockets to the consumers."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
http = get_asgi_application()  # loads the apps; routes may only be imported after this

from config.runtime.lifespan import Lifespan  # noqa: E402
from config.sockets import websocket_application  # noqa: E402

application = ProtocolTypeRouter(
    {"http": http, "websocket": websocket_application(), "lifespan": Lifespan()}
)
