"""What a request was called with, fit to be kept: secrets masked, short, plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings

from apps.audit.constants import (
    MASK,
    MAX_ARGUMENT_BYTES,
    MAX_DEPTH,
    MAX_TEXT,
    MAX_VALUES,
)
from apps.core.masking import storable

MORE = "…"
NAMING = ("key", "name", "code", "field")
"""Entries that name the `value` beside them, as in a list of settings."""


def arguments_text(parts: Mapping[str, Any], *, secrets: Iterable[str] = ()) -> str:
    """Return the arguments as JSON; "" where there are none.

    Args:
        parts: `query_params`, `path_params`, `json` or a form, as they came in.
        secrets: Names that are masked besides those of the setting.
    """
    given = {name: part for name, part in parts.items() if part}
    if not given:
        return ""
    clean = Masking(frozenset(secrets)).of(given)
    text = orjson.dumps(clean).decode()
    size = len(text.encode())
    if size <= MAX_ARGUMENT_BYTES:
        return text
    short = {
        "_truncated": True,
        "_original_size": size,
        "_max_size": MAX_ARGUMENT_BYTES,
        "_message": "The arguments are too long to be kept whole.",
        "data_preview": text[:MAX_ARGUMENT_BYTES],
    }
    return orjson.dumps(short).decode()


def is_secret(name: Any) -> bool:
    """Tell whether a value of this name must not be kept."""
    plain = str(name)[:MAX_TEXT].lower().replace("_", "").replace("-", "")
    return any(word.lower().replace("_", "") in plain for word in settings.ATRIUM.audit_mask)


@dataclass
class Masking:
    """One pass over the arguments of one request, however they are nested."""

    secrets: frozenset[str] = frozenset()
    left: int = MAX_VALUES

    def of(self, value: Any, depth: int = 0) -> Any:
        """Return a plain copy: mappings, lists, texts, numbers."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return MORE
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, list | tuple):
            return [self.of(item, depth + 1) for item in value[: max(self.left, 0) + 1]]
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            return value if -(2**63) <= value < 2**63 else str(value)[:MAX_TEXT]
        text = str(value)
        return storable(text, MAX_TEXT) + (MORE if len(text) > MAX_TEXT else "")

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        names_secret = any(is_secret(value.get(name, "")) for name in NAMING)
        found: dict[str, Any] = {}
        for name, item in value.items():
            if self.left < 0:
                break
            masked = is_secret(name) or name in self.secrets or (names_secret and name == "value")
            found[storable(str(name), MAX_TEXT)] = MASK if masked else self.of(item, depth + 1)
        return found
