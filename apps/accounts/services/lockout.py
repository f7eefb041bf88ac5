"""Wrong passwords counted, so that guessing is slow and nobody else pays for it.

Three counts, each forgotten after the lock time:

* one name from one address: past the threshold that pair is locked. An attacker locks out only
  who comes from the attacker's own address.
* one address, whatever the name: past ten times the threshold the address is locked.
* one name from anywhere: past twenty times the threshold only addresses from which the user has
  signed in before may go on, so the owner still gets in.
"""

from __future__ import annotations

import hashlib
import math

from django.conf import settings
from django.core.cache import cache

from apps.accounts.errors import LockedError
from apps.accounts.models import Session

ADDRESS_FACTOR = 10
NAME_FACTOR = 20


def attempt_begin(*, username: str, address: str) -> None:
    """Count an attempt before the password is looked at, so that parallel ones cannot slip by.

    Raises:
        LockedError: There were too many; it says when to come back.
    """
    threshold = settings.ATRIUM.lock_threshold
    if not threshold:
        return
    pair, anywhere, any_name = _keys(username, address)
    if _count(pair) > threshold or _count(any_name) > threshold * ADDRESS_FACTOR:
        raise _locked()
    is_known = Session.objects.filter(user__username=username, address=address)
    if _count(anywhere) > threshold * NAME_FACTOR and not is_known.exists():
        raise _locked()


def attempt_failed(*, username: str, address: str) -> None:
    """Note that the password was wrong.

    Raises:
        LockedError: This failure was the last one allowed.
    """
    threshold = settings.ATRIUM.lock_threshold
    pair = _keys(username, address)[0]
    if threshold and (cache.get(pair) or 0) >= threshold:
        raise _locked()


def attempts_forget(*, username: str, address: str) -> None:
    """Start over after the right password, for this name from this address."""
    pair, anywhere, any_name = _keys(username, address)
    cache.delete(pair)
    for key in (anywhere, any_name):
        _uncount(key)


def _keys(username: str, address: str) -> tuple[str, str, str]:
    name = hashlib.sha256(username.lower().encode()).hexdigest()[:32]
    return f"fail:{name}:{address}", f"fail:{name}", f"fail:*:{address}"


def _count(key: str) -> int:
    seconds = settings.ATRIUM.lock_seconds
    if cache.add(key, 1, seconds):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # it expired between the two calls
        cache.set(key, 1, seconds)
        return 1


def _uncount(key: str) -> None:
    try:
        cache.decr(key)
    except ValueError:  # expired: nothing to give back
        return


def _locked() -> LockedError:
    return LockedError(minutes=math.ceil(settings.ATRIUM.lock_seconds / 60))
