"""Rate limits per route, from the view's `limits`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rest_framework.throttling import BaseThrottle

from apps.core.context import current_context
from apps.core.limits import Limit, count_call

if TYPE_CHECKING:  # DRF imports this module while it loads, so its views cannot be imported yet
    from rest_framework.request import Request
    from rest_framework.views import APIView


class RouteThrottle(BaseThrottle):
    """Apply the limits that the view declares for this action, all of them.

    `limits = {"login": (Limit(5, 60), Limit(100, 3600))}` on the view; `wait()` is the longest.
    """

    _wait = 0

    def allow_request(self, request: Request, view: APIView) -> bool:
        declared: Mapping[str, Sequence[Limit]] | None = getattr(view, "limits", None)
        if not declared:
            return True
        action = getattr(view, "action", None) or str(request.method).lower()
        for limit in declared.get(action, ()):
            route = f"{type(view).__name__}.{action}"
            wait = count_call(limit, route=route, who=_who(request, limit))
            self._wait = max(self._wait, wait)
        return not self._wait

    def wait(self) -> float:
        return self._wait


def _who(request: Request, limit: Limit) -> str:
    context = current_context()
    if limit.by == "user" and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"client:{context.address if context else ''}"
