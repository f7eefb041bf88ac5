"""The keys that sign things: given by the environment, else made once and kept."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from config.values import EnvironmentKeyError

MIN_JWT_KEY_LENGTH = 32
"""Source: RFC 7518, 3.2: a key of the size of the hash output or larger for HS256."""


def secret_key(given: str, data_dir: Path) -> str:
    """Return the given key, else the one kept in `data_dir`, which is made on first use."""
    if given:
        return given
    kept = data_dir / "secret_key"
    if not kept.exists():
        # Made under another name and linked, so that two processes that start together agree.
        draft = data_dir / f"secret_key.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            os.link(draft, kept)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return kept.read_text().strip()


def jwt_keys(given: Iterable[str], secret: str) -> dict[str, str]:
    """Return the keys of access tokens by id; the first signs, all verify.

    Raises:
        EnvironmentKeyError: An entry is not `id:secret` or its secret is too short.
    """
    keys: dict[str, str] = {}
    for entry in given:
        key_id, sign, key = entry.partition(":")
        if not sign or not key_id or len(key) < MIN_JWT_KEY_LENGTH:
            least = f"{MIN_JWT_KEY_LENGTH} characters or more"
            msg = f"ATRIUM_JWT_KEYS wants id:secret, each secret of {least}"
            raise EnvironmentKeyError(msg)
        keys[key_id] = key
    return keys or {"default": hmac.new(secret.encode(), b"atrium.jwt", hashlib.sha256).hexdigest()}
