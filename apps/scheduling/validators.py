"""What arguments of jobs may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from apps.core.errors import InvalidInputError
from apps.core.masking import SEAL

SHAPES: Mapping[str, type] = {"args": list, "kwargs": dict}
MADE_HERE = re.compile(rf'"(?:{re.escape(SEAL)}|__type__)":'.encode())
"""Names in JSON that mean something on the way to a job: what is sealed, and what kombu's JSON
makes an object of, or stumbles over in the worker."""

MOST_BYTES = 64 * 1024
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""In JSON; no database takes it for a part of a text."""


def arguments_text(field: str, value: Any) -> str:
    """Return arguments as JSON text that every database and broker takes.

    Args:
        field: `args` or `kwargs`.
        value: A list or an object; None is an empty one.

    Raises:
        InvalidInputError: It is neither, nested without end, too long, or holds what only the
            platform may write; names the field.
    """
    value = SHAPES[field]() if value is None else value
    try:
        text = orjson.dumps(value)
    except TypeError:  # nested too deeply, or a number without bounds
        text = b""
    if not isinstance(value, SHAPES[field]) or not text or _is_refused(text):
        raise InvalidInputError(field=field, message=_("This cannot be stored as JSON."))
    if len(text) > MOST_BYTES:
        raise InvalidInputError(field=field, message=_("The arguments are too long."))
    return text.decode()


def _is_refused(text: bytes) -> bool:
    return NUL.search(text) is not None or MADE_HERE.search(text) is not None
