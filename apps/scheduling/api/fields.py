"""Fields that only schedules and jobs have."""

from __future__ import annotations

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from apps.core.api.fields import WireTimeField
from apps.core.times import EARLIEST_YEAR, LATEST_YEAR
from apps.scheduling.selectors.jobs import job_named

KINDS: dict[type, str] = {list: "array", dict: "object"}


class ArgumentsField(serializers.Field[Any, Any, Any, Any]):
    """A JSON array or object, as it is or as text of it; null and "" are an empty one.

    Args:
        shape: `list` or `dict`.
    """

    default_error_messages = {
        "json": _("This is not JSON."),
        "array": _("Give a JSON array."),
        "object": _("Give a JSON object."),
    }

    def __init__(self, shape: type, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(allow_null=True, **kwargs)
        self.shape = shape

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return self.shape() if value is None else value

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            data = self._read(data)
        if data is None:
            return None
        if not isinstance(data, self.shape):
            self.fail(KINDS[self.shape])
        return data

    def to_representation(self, value: Any) -> Any:
        return value

    def _read(self, text: str) -> Any:
        if not text.strip():
            return None
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            self.fail("json")


class ArgumentsSchema(OpenApiSerializerFieldExtension):
    """Text, or what is in it."""

    target_class = ArgumentsField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        native: dict[str, Any] = {"type": "object", "additionalProperties": {}}
        text = '{"seconds": 3}'
        if self.target.shape is list:
            native, text = {"type": "array", "items": {}}, "[3]"
        return {"oneOf": [{"type": "string", "example": text}, native], "nullable": True}


class JobField(serializers.CharField):
    """The full name of a declared job."""

    default_error_messages = {"unknown": _("There is no such job.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name: str = super().to_internal_value(data)
        if job_named(name) is None:
            self.fail("unknown")
        return name


class MomentField(WireTimeField):
    """A moment that every database can keep and every zone can show; without a zone, the site's."""

    default_error_messages = {"year": _("The year is too far away.")}

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            self.fail("year")
        return moment
