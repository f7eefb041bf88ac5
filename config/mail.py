"""Where mail is sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from config.values import EnvironmentKeyError

TIMEOUT_SECONDS = 10
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
"""How the address begins: with STARTTLS, with TLS from the start, without either."""

FAULT = "SMTP_URL is not smtp://…, smtps://… or smtp+plain://…"


def mail_settings(url: str, *, sender: str) -> dict[str, Any]:
    """Return Django's settings of mail for `SMTP_URL`; without one, no host is named.

    Raises:
        EnvironmentKeyError: It is no address of a mail server.
    """
    kept = {"DEFAULT_FROM_EMAIL": sender, "EMAIL_TIMEOUT": TIMEOUT_SECONDS}
    if not url:
        return {**kept, "EMAIL_HOST": ""}
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise EnvironmentKeyError(FAULT) from None
    if not port or not parts.hostname or parts.scheme not in PORTS:
        raise EnvironmentKeyError(FAULT)
    return {
        **kept,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
