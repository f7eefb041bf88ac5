"""Fields that only schedules and jobs have."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.fields import WireTimeField
from apps.core.times import EARLIEST_YEAR, LATEST_YEAR
from apps.scheduling.selectors.jobs import job_named
from apps.scheduling.validators import arguments_text

KINDS: dict[type, str] = {list: "array", dict: "object"}


class ArgumentsField(serializers.Field[Any, Any, Any, Any]):
    """JSON as it is or as text of it; null and "" are an empty one.

    It is named `args` or `kwargs`, as its shape is.

    Attributes:
        shape: `list` or `dict`.
    """

    shape: ClassVar[type]

    default_error_messages = {
        "json": _("This is not JSON."),
        "array": _("Give a JSON array."),
        "object": _("Give a JSON object."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

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
        arguments_text(str(self.field_name), data)
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


@extend_schema_field(
    {
        "oneOf": [{"type": "string", "example": "[3]"}, {"type": "array", "items": {}}],
        "nullable": True,
    }
)
class ListField(ArgumentsField):
    """The arguments of a job by their place."""

    shape = list


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "example": '{"seconds": 3}'},
            {"type": "object", "additionalProperties": {}},
        ],
        "nullable": True,
    }
)
class NamedField(ArgumentsField):
    """The arguments of a job by their name."""

    shape = dict


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


class ClearedMixin:
    """A field that takes null, and "" for it: so the front end sends what somebody cleared."""

    def __init__(self, **kwargs: Any) -> None:
        field: Any = super()
        field.__init__(required=False, allow_null=True, **kwargs)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        field: Any = super()
        found: tuple[bool, Any] = field.validate_empty_values(None if data == "" else data)
        return found


class NumberField(ClearedMixin, serializers.IntegerField):
    """A whole number, or none."""


class WordField(ClearedMixin, serializers.ChoiceField):
    """One of some words, or none."""


class FlagField(serializers.BooleanField):
    """Yes or no; null is no."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> bool:
        return bool(super().run_validation(data))


class MomentField(ClearedMixin, WireTimeField):
    """A moment that every database can keep and every zone can show; without a zone, the site's."""

    default_error_messages = {
        "year": _("The year is too far away."),
        "overflow": _("The year is too far away."),
    }

    def to_internal_value(self, value: Any) -> Any:
        try:
            moment = super().to_internal_value(value)
        except OverflowError:  # the zone would put it before the first year, or after the last
            self.fail("year")
        if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            self.fail("year")
        return moment
