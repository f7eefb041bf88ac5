"""Names that files may have. What the client sends is a label, never a path."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInputError

MAX_NAME = 255
"""Bytes and characters."""

FORBIDDEN = frozenset('/\\:*?"<>|')
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
"""Names that a common desktop system cannot store. Source: Microsoft, Naming Files."""

HIDDEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that are not seen, or turn around what is: `photo<U+202E>gpj.exe`."""


def clean_name(name: str, *, field: str = "name") -> str:
    """Return a name as it is stored: composed characters, nothing around it.

    Raises:
        InvalidInputError: The name is none, too long, or would do harm somewhere.
    """
    text = unicodedata.normalize("NFC", name)
    problem = _problem_of(text)
    if problem:
        raise InvalidInputError(field, problem)
    return text


def extension_of(name: str) -> str:
    """Return the ending of a name in small letters, "" where it has none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _problem_of(text: str) -> str:
    if not text or text != text.strip() or text.endswith("."):
        return _("A name must not be empty, nor begin or end with a blank, nor end with a dot.")
    if len(text.encode()) > MAX_NAME:
        return _("A name may have at most %(n)s bytes.") % {"n": MAX_NAME}
    if FORBIDDEN & set(text) or any(unicodedata.category(c) in HIDDEN_KINDS for c in text):
        return _("A name must not hold any of these: %(forbidden)s, nor hidden characters.") % {
            "forbidden": " ".join(sorted(FORBIDDEN))
        }
    if text.partition(".")[0].lower() in RESERVED or "%2e" in text.lower():
        return _("This name cannot be used.")
    return ""
