"""What kept events look like."""

from typing import Any

from django.db import models
from rest_framework import serializers

from apps.core.api.fields import IdField, IsoTimeField
from apps.core.api.rows import RowSerializer

DEFAULT_SIZE, MAX_SIZE = 100, 200


class EventRow(RowSerializer):
    """An event as the socket tells it."""

    id = IdField()
    event = serializers.CharField(source="name")
    at = IsoTimeField(source="created_at")
    data = serializers.JSONField(source="payload")  # type: ignore[assignment] # the metaclass takes it out of the class


class EventsQuery(serializers.Serializer[None]):
    """Where to go on, and what to look for."""

    since = serializers.IntegerField(
        default=0, min_value=0, max_value=models.BigIntegerField.MAX_BIGINT
    )
    size = serializers.IntegerField(default=DEFAULT_SIZE, min_value=1, max_value=MAX_SIZE)
    event = serializers.CharField(default="", allow_blank=True, max_length=64)

    def to_internal_value(self, data: Any) -> Any:
        """Take an empty value for one that was left out."""
        return super().to_internal_value({name: value for name, value in data.items() if value})


class EventsRow(serializers.Serializer[None]):
    """A part of the events: `next` is what to send as `since`; `more` tells to go on at once."""

    items = EventRow(many=True)
    next = IdField(min_value=0)
    more = serializers.BooleanField()
