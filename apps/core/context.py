"""Who asks, from where: one context variable that logs, rows and tasks read."""

from __future__ import annotations

from contextvars import ContextVar, Token
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


def enter_context(context: RequestContext | None) -> Token[RequestContext | None]:
    """Make `context` the current one for this thread of execution, until `leave_context`."""
    return _current.set(context)


def leave_context(before: Token[RequestContext | None]) -> None:
    """Make the context current again that was so before the `enter_context` that returned this."""
    _current.reset(before)


def current_user_id() -> int | None:
    """Return the id of the user who acts, or None for a stranger, a command or a schedule."""
    context = _current.get()
    return context.user_id if context else None
