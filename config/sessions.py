"""The console's sessions: Django's, for keys that could be some."""

from typing import Any

from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    """Takes a cookie that is no key of ours for none; PostgreSQL fails at a null byte in one."""

    def _validate_session_key(self, key: Any) -> bool:
        is_long: bool = bool(super()._validate_session_key(key))  # type: ignore[misc] # untyped
        return is_long and key.isascii() and key.isalnum()
