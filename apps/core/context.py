"""Who asks, from where: one context variable that logs, rows and tasks read."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class RequestContext:
    """What is known of the request at hand; user fields are filled once the user is found."""

    request_id: str
    address: str = ""
    user_agent: str = ""
    user_id: int | None = None
    username: str = ""
    session_id: str = ""


_current: ContextVar[RequestContext | None] = ContextVar("atrium_request", default=None)


def current_context() -> RequestContext | None:
    """Return the context of the request at hand, or None outside of one."""
    return _current.get()


def enter_context(context: RequestContext | None) -> None:
    """Make `context` the current one for the rest of this thread of execution."""
    _current.set(context)


def current_user_id() -> int | None:
    """Return the id of the user who acts, or None for a stranger, a command or a schedule."""
    context = _current.get()
    return context.user_id if context else None
