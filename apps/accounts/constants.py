"""Numbers and names of accounts that are not settings."""

TOUCH_SECONDS = 30
"""How often the last activity of a session is noted at most."""

FLUSH_SECONDS = 10
"""How often noted activity is written to the database."""

ONLINE_SECONDS = 300
"""A session that was active within this time counts as online."""

MAX_LISTED = 2000
"""Most sessions that one answer lists, those active last first; the wire has no pages for them."""

SESSION_KEY = "atrium_sid"
"""Where a console session keeps the id of its `Session` row."""


def session_tag(sid: str) -> str:
    """Return the cache tag of what depends on one session."""
    return f"session:{sid}"
