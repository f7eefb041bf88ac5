"""Rate limits as declared, and the count behind them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache


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
    if cache.add(key, 1, limit.seconds + 1):
        used = 1
    else:
        try:
            used = cache.incr(key)
        except ValueError:  # expired between the two calls
            cache.set(key, 1, limit.seconds + 1)
            used = 1
    return limit.seconds - spent if used > limit.times else 0


def forget_calls(limit: Limit, *, route: str, who: str) -> None:
    """Give back what was counted in this window, as after a sign-in that succeeded."""
    cache.delete(_key(limit, route, who)[0])


def _key(limit: Limit, route: str, who: str) -> tuple[str, int]:
    """Return the key of the window at hand and the seconds of it that are over."""
    window, spent = divmod(int(time.time()), limit.seconds)
    return f"limit:{route}:{limit.times}/{limit.seconds}:{who}:{window}", spent
