"""Rate limits as declared, and the count behind them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

from apps.core.outages import CACHE_UNREACHABLE

log = logging.getLogger(__name__)
_stand_in = LocMemCache("limits", {})
"""Counts while the shared cache is out of reach: each process for itself, which is not nothing."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` calls in `seconds`, counted per user (a stranger: per address) or client."""

    times: int
    seconds: int
    by: Literal["user", "client"] = "client"


def count_call(limit: Limit, *, route: str, who: str) -> int:
    """Count one call and return the seconds to wait, 0 if it may pass.

    The window is fixed and the count is atomic, so parallel calls cannot slip through.

    Args:
        route: What is limited; every route has its own count.
        who: Whom the count belongs to.
    """
    key, spent = _key(limit, route, who)
    try:
        used = _add_one(cache, key, limit.seconds + 1)
    except CACHE_UNREACHABLE:
        log.warning("the cache is out of reach; calls are counted in this process alone")
        used = _add_one(_stand_in, key, limit.seconds + 1)
    return limit.seconds - spent if used > limit.times else 0


def forget_calls(limit: Limit, *, route: str, who: str) -> None:
    """Give back what was counted in this window, as after a sign-in that succeeded."""
    key, _spent = _key(limit, route, who)
    _stand_in.delete(key)
    try:
        cache.delete(key)
    except CACHE_UNREACHABLE:
        log.warning("the cache is out of reach; counted calls could not be given back")


def _add_one(counts: BaseCache, key: str, seconds: int) -> int:
    if counts.add(key, 1, seconds):
        return 1
    try:
        return counts.incr(key)
    except ValueError:  # expired between the two calls
        counts.set(key, 1, seconds)
        return 1


def _key(limit: Limit, route: str, who: str) -> tuple[str, int]:
    """Return the key of the window at hand and the seconds of it that are over."""
    window, spent = divmod(_now(), limit.seconds)
    return f"limit:{route}:{limit.times}/{limit.seconds}:{who}:{window}", spent


def _now() -> int:
    return int(time.time())
