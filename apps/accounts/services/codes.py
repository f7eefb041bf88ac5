"""One-time codes that prove that somebody reads an address: bound to the user and the address."""

from __future__ import annotations

import hashlib
import secrets

from django.core.cache import cache

from apps.accounts.errors import CaptchaExpiredError, CaptchaWrongError
from apps.accounts.models import User

DIGITS = 6
SECONDS = 180
MAX_ATTEMPTS = 5


def address_code_issue(*, user: User, address: str) -> str:
    """Return a new code for whoever claims to own `address`; whoever sends it tells nobody else."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    key = _key(user, address)
    cache.set(key, code, SECONDS)
    cache.set(f"{key}:tries", 0, SECONDS)
    return code


def address_code_check(*, user: User, address: str, code: str) -> None:
    """Let the right code pass, once.

    Raises:
        CaptchaExpiredError: There is none for this address, or it was tried too often.
        CaptchaWrongError: It is another one.
    """
    key = _key(user, address)
    expected = cache.get(key)
    if expected is None:
        raise CaptchaExpiredError
    try:
        tries = cache.incr(f"{key}:tries")
    except ValueError:  # expired between the two calls
        raise CaptchaExpiredError from None
    if tries > MAX_ATTEMPTS:
        cache.delete(key)
        raise CaptchaExpiredError
    if not secrets.compare_digest(code.encode(), str(expected).encode()):
        raise CaptchaWrongError
    if not cache.delete(key):
        raise CaptchaExpiredError


def _key(user: User, address: str) -> str:
    return f"address-code:{user.pk}:{hashlib.sha256(address.lower().encode()).hexdigest()}"
