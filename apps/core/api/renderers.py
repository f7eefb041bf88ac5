"""The one renderer: every answer of the API leaves in the same envelope."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.renderers import BaseRenderer

from apps.core.times import wire_time

OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def dumps(value: Any) -> bytes:
    """Return JSON; lazy translations become text in the language of the request."""
    return orjson.dumps(value, default=_default, option=OPTIONS)


def success(data: Any) -> dict[str, Any]:
    """Return the envelope of an answer that is no error."""
    return {"code": 200, "msg": _("Request success"), "data": data}


def _default(value: Any) -> Any:
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, datetime):
        return wire_time(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return list(value)
    raise TypeError


def _number(value: Decimal) -> float | int | str:
    """Return a JSON number where it keeps every digit, else a string, as with ids."""
    if not value.is_finite():
        return str(value)
    number = int(value) if value == value.to_integral_value() else float(value)
    return number if Decimal(repr(float(number))) == value else str(value)


class EnvelopeRenderer(BaseRenderer):
    """JSON by orjson. Errors come as whole envelopes from the exception handler."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if getattr(response, "is_bare", False):
            return dumps(data)
        return dumps(success(data))
