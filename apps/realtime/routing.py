"""The one socket of the platform."""

from typing import Any

from django.urls import path

from apps.realtime.consumers.events import EventsConsumer

application: Any = EventsConsumer.as_asgi()  # it stands where Django expects a view
websocket_urlpatterns = [path("ws/events", application)]
