"""How ids look on the wire."""

from typing import Any

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps whole. Source: RFC 8259, 6."""


def wire_id(value: int | None) -> int | str | None:
    """Return an id as it leaves: a number, or a string where a number would lose digits."""
    if value is None or -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return value
    return str(value)


def wire_ids(value: Any) -> Any:
    """Return JSON values in which every integer is one that leaves whole; see `wire_id`."""
    if isinstance(value, int):
        return wire_id(value)
    if isinstance(value, dict):
        return {name: wire_ids(inner) for name, inner in value.items()}
    return [wire_ids(inner) for inner in value] if isinstance(value, list | tuple) else value
