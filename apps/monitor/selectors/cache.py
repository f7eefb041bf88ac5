"""Look into the cache: name spaces, keys, values. Never at what is not the platform's own."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

import orjson
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import memcache_key_warnings
from django_redis import get_redis_connection

from apps.core.outages import CACHE_UNREACHABLE
from apps.monitor.errors import CacheGoneError, KeyUnknownError, SpaceUnknownError

CONSOLE_SESSIONS = "django.contrib.sessions"
CLOSED = frozenset({CONSOLE_SESSIONS, "captcha", "address-code"})
"""Spaces of which only the count is shown: their keys or values open a door."""

KEPT = frozenset({"node"})
"""Spaces that are not emptied: two processes would make the same ids without these leases."""

MASK = "******"
MAX_SCANNED = 100_000
"""Keys that are looked at to count the spaces; beyond, the counts are said to be incomplete."""

PAGE_KEYS = 100
STEP = 1000
MAX_VALUE_BYTES = 65_536
NAME = re.compile(r"[\w.-]{1,64}")


class Space(TypedDict):
    """A name space: what stands before the first colon of its keys."""

    name: str
    keys: int
    is_closed: bool
    is_kept: bool


class Entry(TypedDict):
    """An entry of the cache; `seconds` is None for one that never runs out."""

    key: str
    kind: str
    seconds: int | None
    size_bytes: int
    is_cut: bool
    value: Any


def space_of(key: str) -> str:
    """Return the name space of a key."""
    if key.startswith(CONSOLE_SESSIONS):
        return CONSOLE_SESSIONS
    return key.partition(":")[0]


def spaces() -> tuple[list[Space], bool]:
    """Return the name spaces with the number of their keys, and whether all keys were counted.

    Raises:
        CacheGoneError: Redis does not answer.
    """
    counts: Counter[str] = Counter()
    scanned = 0
    for key in all_keys():
        counts[space_of(key)] += 1
        scanned += 1
        if scanned >= MAX_SCANNED:
            break
    found: list[Space] = [
        {"name": name, "keys": number, "is_closed": name in CLOSED, "is_kept": name in KEPT}
        for name, number in sorted(counts.items())
    ]
    return found, scanned < MAX_SCANNED


def keys_of(space: str, *, search: str = "", cursor: int = 0) -> tuple[list[str], int]:
    """Return some keys of a name space, and the cursor of the next ones, 0 at the end.

    Raises:
        SpaceUnknownError: No space has this name, or its keys are not shown.
        CacheGoneError: Redis does not answer.
    """
    if space in CLOSED or not NAME.fullmatch(space):
        raise SpaceUnknownError
    if not settings.ATRIUM.redis_url:
        names = sorted(key for key in _embedded_keys() if _fits(key, space, search))
        end = cursor + PAGE_KEYS
        return names[cursor:end], end if end < len(names) else 0
    found: list[str] = []
    try:
        client = get_redis_connection("default")
        while True:
            pattern = f"{glob(_prefix() + space)}:*{glob(search)}*"
            cursor, raw = client.scan(cursor, match=pattern, count=STEP)
            found += [_name(key) for key in raw]
            if not cursor or len(found) >= PAGE_KEYS:
                return sorted(found), cursor
    except CACHE_UNREACHABLE as error:
        raise CacheGoneError from error


def entry_of(space: str, key: str) -> Entry:
    """Return an entry, with what opens a door masked.

    Raises:
        KeyUnknownError: The space has no such key.
        CacheGoneError: Redis does not answer.
    """
    if not may_be_seen(space, key):
        raise KeyUnknownError
    try:
        value = cache.get(key)
        seconds = _seconds_left(key)
    except CACHE_UNREACHABLE as error:
        raise CacheGoneError from error
    if value is None:
        raise KeyUnknownError
    written = orjson.dumps(masked(value), default=str, option=orjson.OPT_NON_STR_KEYS)
    is_cut = len(written) > MAX_VALUE_BYTES
    shown = written[:MAX_VALUE_BYTES].decode("utf-8", "ignore") if is_cut else orjson.loads(written)
    return {
        "key": key,
        "kind": type(value).__name__,
        "seconds": seconds,
        "size_bytes": len(written),
        "is_cut": is_cut,
        "value": shown,
    }


def may_be_seen(space: str, key: str) -> bool:
    """Tell whether a key belongs to a space that is open, and is one that the cache can hold."""
    if space in CLOSED or space_of(key) != space:
        return False
    return bool(settings.ATRIUM.redis_url) or not any(memcache_key_warnings(cache.make_key(key)))


def masked(value: Any) -> Any:
    """Return a value in which whatever is named like a secret is hidden, at any depth."""
    if isinstance(value, Mapping):
        return {
            str(name): MASK if _is_secret(str(name)) else masked(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(inner) for inner in value]
    return value


def _is_secret(name: str) -> bool:
    bare = re.sub(r"[^a-z]", "", name.lower())
    return any(word in bare for word in settings.ATRIUM.audit_mask if bare != "tokens")


def glob(text: str) -> str:
    """Return a text that means itself in a pattern of Redis."""
    return re.sub(r"([\\*?\[\]^-])", r"\\\1", text)


def _prefix() -> str:
    return cache.make_key("")


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").removeprefix(_prefix())


def all_keys() -> Iterator[str]:
    """Yield every key of the platform, as the platform names it.

    Raises:
        CacheGoneError: Redis does not answer.
    """
    if not settings.ATRIUM.redis_url:
        yield from _embedded_keys()
        return
    try:
        client = get_redis_connection("default")
        for raw in client.scan_iter(match=f"{glob(_prefix())}*", count=STEP):
            yield _name(raw)
    except CACHE_UNREACHABLE as error:
        raise CacheGoneError from error


def _embedded_keys() -> list[str]:
    ends: Mapping[str, float | None] = getattr(cache, "_expire_info", {})
    now, prefix = time.time(), _prefix()
    return [
        key.removeprefix(prefix)
        for key, end in list(ends.items())
        if key.startswith(prefix) and (end is None or end > now)
    ]


def _fits(key: str, space: str, search: str) -> bool:
    return key.startswith(f"{space}:") and search in key.partition(":")[2]


def _seconds_left(key: str) -> int | None:
    if settings.ATRIUM.redis_url:
        left: int = get_redis_connection("default").ttl(cache.make_key(key))
        return left if left >= 0 else None
    end = getattr(cache, "_expire_info", {}).get(cache.make_key(key))
    return None if end is None else max(int(end - time.time()), 0)
