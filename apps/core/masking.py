"""What must not be kept or logged: values by their names, and credentials inside of texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

MASK = "******"
SEAL = "atrium.sealed"
"""The one key of the object that stands in for a sealed secret; nobody needs to see it either."""

MAX_DEPTH = 6
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def is_secret(name: str) -> bool:
    """Tell whether a value of this name must not be logged; the words are those of the audit."""
    return _is_secret(name[:64], settings.ATRIUM.audit_mask)


def storable(text: str, length: int) -> str:
    """Return a text that every database can hold, cut to a column."""
    return text[:length].replace("\0", "").encode("utf-8", "replace").decode()


def masked(value: Any, depth: int = 0) -> Any:
    """Return a value with every secret in it masked, however deep."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping):
        if depth > MAX_DEPTH:
            return "…"
        return {
            str(name): MASK if name == SEAL or is_secret(str(name)) else masked(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return "…" if depth > MAX_DEPTH else [masked(item, depth + 1) for item in value]
    return value


def masked_text(text: str) -> str:
    """Return a text without passwords in addresses, tokens, and `password=…` of any kind."""
    if "://" in text:
        text = _IN_ADDRESS.sub(MASK, text)
    if "earer" in text or "asic" in text or "EARER" in text:
        text = _BEARER.sub(rf"\1 {MASK}", text)
    if "eyJ" in text:
        text = _TOKEN.sub(MASK, text)
    if "=" in text or ":" in text:
        text = _pairs(settings.ATRIUM.audit_mask).sub(rf"\1{MASK}", text)
    return text


@lru_cache(maxsize=256)
def secret_names(names: tuple[str, ...], words: tuple[str, ...]) -> frozenset[str]:
    """Return those of the names whose values must not be logged; lines have few sets of names."""
    return frozenset(name for name in names if _is_secret(name[:64], words))


@lru_cache(maxsize=1024)
def _is_secret(name: str, words: tuple[str, ...]) -> bool:
    plain = name.lower().replace("_", "").replace("-", "")
    return any(word.lower().replace("_", "") in plain for word in words)


@lru_cache(maxsize=4)
def _pairs(words: tuple[str, ...]) -> re.Pattern[str]:
    """Match `new_password=x`, `"apiKey": "x y"`, `'token': 'x'`; the value is what is dropped."""
    each = "|".join("[_-]?".join(map(re.escape, word.replace("_", ""))) for word in words)
    name = rf"[\w-]*(?:{each})[\w-]*" if each else r"(?!)"
    return re.compile(
        rf"""(?i)(\b{name}["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&)}}\]]+)"""
    )
