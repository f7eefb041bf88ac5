"""Serializer fields that the wire needs and DRF lacks."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from apps.core.keys import has_snowflakes
from apps.core.times import iso_time, wire_time
from apps.core.wire import wire_id


class IdField(serializers.IntegerField):
    """A primary or foreign key; numbers and numeric strings are accepted."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 1)
        kwargs.setdefault("max_value", models.BigIntegerField.MAX_BIGINT)
        super().__init__(**kwargs)

    def to_representation(self, value: int) -> Any:
        return wire_id(int(value))


class IdFieldSchema(OpenApiSerializerFieldExtension):
    """Ids are integers in one key mode and strings in the other."""

    target_class = IdField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        if has_snowflakes() and direction == "response":
            return {"type": "string", "pattern": "^[0-9]+$"}
        return {"type": "integer", "format": "int64", "minimum": self.target.min_value or 0}


class StatusField(serializers.ChoiceField):
    """A boolean of ours that is 0 or 1 on the wire."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(0, "off"), (1, "on")], **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool):
            return data
        return bool(int(super().to_internal_value(data)))

    def to_representation(self, value: Any) -> Any:
        return int(bool(value))


class StatusFieldSchema(OpenApiSerializerFieldExtension):
    """Two numbers."""

    target_class = StatusField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "integer", "enum": [0, 1], "description": "0 off, 1 on"}


class WireTimeField(serializers.DateTimeField):
    """`YYYY-MM-DD HH:MM:SS` in the site's zone; ISO 8601 is accepted too."""

    def to_representation(self, value: Any) -> Any:
        return wire_time(value)


class ChangedTimeField(WireTimeField):
    """The moment of the last change: null for a row that was never changed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_null", True)
        super().__init__(**kwargs)


class IsoTimeField(serializers.DateTimeField):
    """ISO 8601 with offset, for the sidebar, whose reader wants it so."""

    def to_representation(self, value: Any) -> Any:
        return iso_time(value)


class TextField(serializers.CharField):
    """Optional text: null and "" both mean "none" on the way in; "none" is null on the way out."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("required", False)
        kwargs.setdefault("allow_null", True)
        if kwargs.get("max_length") or not kwargs.get("read_only"):
            kwargs.setdefault("allow_blank", True)
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return "" if value is None else value

    def to_representation(self, value: Any) -> Any:
        return value or None


class PksSerializer(serializers.Serializer[Any]):
    """The rows of a bulk operation."""

    pks = serializers.ListField(child=IdField(), allow_empty=False, max_length=1000)


class PurgeSerializer(serializers.Serializer[Any]):
    """The rows of the bin to delete for good: `pks`, or `all` of them."""

    pks = serializers.ListField(child=IdField(), allow_empty=False, max_length=1000, required=False)
    all = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two, so that nobody empties the bin by leaving something out."""
        if bool(attrs.get("pks")) == bool(attrs.get("all")):
            raise serializers.ValidationError({"pks": _("Send either pks or all.")})
        return attrs
