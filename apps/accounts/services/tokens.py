"""Access and refresh tokens: signed words that name a session; the session decides."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import Token

ALGORITHM = "HS256"
ISSUER = "atrium"


class RotatingBackend(TokenBackend):
    """Sign with the first key of JWT_KEYS, verify with the key that the token names.

    While keys are rotated two of them are valid; a token that names no known key is refused.
    """

    def __init__(self) -> None:
        super().__init__(ALGORITHM, issuer=ISSUER)

    def encode(self, payload: dict[str, Any]) -> str:
        key_id, key = next(iter(settings.JWT_KEYS.items()))
        claims = {**payload, "iss": ISSUER}
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 - the parent's signature
        try:
            key = settings.JWT_KEYS[jwt.get_unverified_header(token)["kid"]]
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iss", "sub", "sid", "jti"]},
            )
        except jwt.ExpiredSignatureError as error:
            text = "expired"
            raise TokenBackendError(text) from error
        except (jwt.InvalidTokenError, KeyError) as error:
            text = "invalid"
            raise TokenBackendError(text) from error
        return claims


_backend = RotatingBackend()


class _BoundToken(Token):
    """A token bound to a session by the claim `sid`."""

    def get_token_backend(self) -> RotatingBackend:
        return _backend


class AccessToken(_BoundToken):
    """What a client shows with each request."""

    token_type = "access"  # noqa: S105 - a word, not a secret
    lifetime = timedelta(days=1)


class RefreshToken(_BoundToken):
    """What the cookie holds; each use replaces it."""

    token_type = "refresh"  # noqa: S105 - a word, not a secret
    lifetime = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    """The two tokens of a session and when they end."""

    sid: str
    access: str
    access_expires_at: datetime
    refresh: str
    refresh_jti: str
    refresh_expires_at: datetime


def token_pair_issue(*, user_id: int, sid: str) -> TokenPair:
    """Return a fresh pair of tokens for a session."""
    now = timezone.now()
    access, refresh = AccessToken(), RefreshToken()
    access_ends = now + timedelta(seconds=settings.ATRIUM.access_token_seconds)
    refresh_ends = now + timedelta(seconds=settings.ATRIUM.refresh_token_seconds)
    for token, ends in ((access, access_ends), (refresh, refresh_ends)):
        token["sub"], token["sid"] = str(user_id), sid
        token.set_exp(from_time=now, lifetime=ends - now)
    return TokenPair(
        sid=sid,
        access=str(access),
        access_expires_at=access_ends,
        refresh=str(refresh),
        refresh_jti=refresh["jti"],
        refresh_expires_at=refresh_ends,
    )


def access_token_read(raw: str) -> tuple[int, str]:
    """Return the user id and the session id that an access token names.

    Raises:
        TokenError: It is no access token of ours, or it has expired.
    """
    user_id, sid, ends = _verified(raw, tuple(settings.JWT_KEYS))
    if ends <= time.time():
        text = "expired"
        raise TokenError(text)
    return user_id, sid


@lru_cache(maxsize=10_000)
def _verified(raw: str, _key_ids: tuple[str, ...]) -> tuple[int, str, float]:
    """Return what a token of ours says, and when it ends; a signature is checked once.

    Args:
        _key_ids: Ends what is remembered when keys are rotated in a running process.
    """
    token = AccessToken(raw)  # type: ignore[arg-type] # its stubs want a Token, its code takes text
    return _subject(token), str(token["sid"]), float(token["exp"])


def refresh_token_read(raw: str) -> tuple[int, str, str]:
    """Return the user id, the session id and the jti that a refresh token names.

    Raises:
        TokenError: It is no refresh token of ours, or it has expired.
    """
    token = RefreshToken(raw)  # type: ignore[arg-type] # its stubs want a Token, its code takes text
    return _subject(token), str(token["sid"]), str(token["jti"])


def _subject(token: Token) -> int:
    try:
        return int(token["sub"])
    except ValueError as error:
        text = "invalid"
        raise TokenError(text) from error
