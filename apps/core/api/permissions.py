"""The one DRF permission class of the API; `config` makes it the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission

from apps.core.guards import Access, Guard

if TYPE_CHECKING:  # DRF imports this module while it loads, so its views cannot be imported yet
    from rest_framework.request import Request
    from rest_framework.views import APIView


class SignInRequiredError(NotAuthenticated):
    """There is no token, or one that is good for nothing."""

    default_detail = _("Sign in first.")
    default_code = "core.not_authenticated"


class HasCode(BasePermission):
    """Let a request through if its user holds the code of the action. Undeclared means no."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        guard: Guard | Access | None = getattr(view, "guard", None)
        action: str | None = getattr(view, "action", None)
        if action is None and getattr(view, "action_map", None) is not None:
            return True  # no handler for this method: DRF answers 405 right after this check
        need = (
            guard.need_of(action or str(request.method).lower())
            if isinstance(guard, Guard)
            else guard
        )
        if need is Access.PUBLIC:
            return True
        if need is None:
            return False
        if not request.user.is_authenticated:
            raise SignInRequiredError
        return need is Access.SIGNED_IN or request.user.has_perm(need)
