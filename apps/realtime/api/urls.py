from django.urls import path

from apps.realtime.api.views import EventViewSet

urlpatterns = [
    path("sys/events", EventViewSet.as_view({"get": "catch_up"}), name="events"),
]
