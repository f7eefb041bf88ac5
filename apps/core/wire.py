"""How ids look on the wire."""

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps whole. Source: RFC 8259, 6."""


def wire_id(value: int | None) -> int | str | None:
    """Return an id as it leaves: a number, or a string where a number would lose digits."""
    if value is None or -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return value
    return str(value)
