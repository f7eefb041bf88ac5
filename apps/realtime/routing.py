"""The sockets of the platform."""

from typing import Any

from django.urls import path, re_path

from apps.realtime.consumers.events import EventsConsumer
from apps.realtime.consumers.socketio import SocketIoApplication

events: Any = EventsConsumer.as_asgi()  # they stand where Django expects a view
clients: Any = SocketIoApplication()
websocket_urlpatterns = [
    path("ws/events", events),
    re_path(r"^ws/socket\.io/?$", clients),
]
