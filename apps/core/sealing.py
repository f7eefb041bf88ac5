"""Secrets that are kept to be used again: sealed wherever they lie, opened where they are used."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # no cipher of our own
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from kombu.utils.json import dumps, loads  # unlike plain JSON it brings moments and decimals back

from apps.core.masking import SEAL, is_secret

NOTHING = (None, "")
"""What there is no need to hide, though its name is that of a secret."""


class SealError(ValueError):
    """A sealed value cannot be opened: another key sealed it, or somebody changed it."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A secret cannot be read any more, since the secret key of the platform was"
                " changed. Enter it anew."
            )
        )


def is_sealed(value: Any) -> bool:
    """Tell whether a value is one that `sealed` made."""
    return isinstance(value, Mapping) and len(value) == 1 and SEAL in value


def seal(value: Any, *, purpose: str) -> Any:
    """Return a value sealed; what is empty or sealed already stays as it is.

    Args:
        value: Whatever JSON, a moment or a decimal can be.
        purpose: It opens for the same purpose alone.

    Returns:
        An object of one key, which JSON can hold in place of the value.
    """
    if is_sealed(value) or value in NOTHING:
        return value
    return {SEAL: _boxes(purpose)[0].encrypt(dumps(value).encode()).decode()}


def sealed(value: Any, *, purpose: str) -> Any:
    """Return a value with every secret in it sealed, however deep; by its name it is one."""
    if is_sealed(value):
        return value
    if isinstance(value, Mapping):
        return {
            name: seal(item, purpose=purpose)
            if is_secret(str(name))
            else sealed(item, purpose=purpose)
            for name, item in value.items()
        }
    return _each(value, lambda item: sealed(item, purpose=purpose))


def opened(value: Any, *, purpose: str) -> Any:
    """Return a value with all in it opened that was sealed for this purpose.

    Raises:
        SealError: Something in it cannot be opened.
    """
    if is_sealed(value):
        try:
            return loads(MultiFernet(_boxes(purpose)).decrypt(_token(value)).decode())
        except InvalidToken:
            raise SealError from None
    if isinstance(value, Mapping):
        return {name: opened(item, purpose=purpose) for name, item in value.items()}
    return _each(value, lambda item: opened(item, purpose=purpose))


def resealed(value: Any, *, purpose: str) -> Any:
    """Return a value with every secret in it sealed by the newest key.

    What that key has sealed already, and what none of the keys can open, stays as it is.
    """
    if is_sealed(value):
        return _resealed(value, purpose)
    if isinstance(value, Mapping):
        inner = {name: resealed(item, purpose=purpose) for name, item in value.items()}
        return sealed(inner, purpose=purpose)
    return _each(value, lambda item: resealed(item, purpose=purpose))


def _resealed(value: Any, purpose: str) -> Any:
    boxes, token = _boxes(purpose), _token(value)
    try:
        boxes[0].decrypt(token)
    except InvalidToken:
        try:
            return {SEAL: MultiFernet(boxes).rotate(token).decode()}
        except InvalidToken:
            return value
    return value


def _token(value: Mapping[str, Any]) -> bytes:
    return str(value[SEAL]).encode()


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return [change(item) for item in value] if isinstance(value, list | tuple) else value


def _boxes(purpose: str) -> tuple[Fernet, ...]:
    return _made(purpose, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=256)
def _made(purpose: str, keys: tuple[str, ...]) -> tuple[Fernet, ...]:
    salt = f"atrium.sealed {purpose}"
    made = (salted_hmac(salt, "", secret=key, algorithm="sha256").digest() for key in keys)
    return tuple(Fernet(urlsafe_b64encode(key)) for key in made)
