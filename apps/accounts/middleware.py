"""Who the user is, found once, before any view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from rest_framework_simplejwt.exceptions import TokenError

from apps.accounts.constants import SESSION_KEY
from apps.accounts.errors import SessionEndedError
from apps.accounts.models import User
from apps.accounts.selectors.principals import principal_of, user_from
from apps.accounts.services.sessions import session_touch
from apps.accounts.services.tokens import access_token_read
from apps.core.context import current_context
from apps.core.errors import DomainError

BEARER = "Bearer "


class PrincipalMiddleware(AuthenticationMiddleware):
    """Put the user on the request: from the token for the API, from the session for the console.

    It refuses nobody: why a token was not accepted stays in `request.refusal`, and the API's
    authentication raises it where the operation needs a user. Django's own middleware is the
    parent because the admin insists on it; none of its work is done here.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)

    def __call__(self, request: HttpRequest) -> Any:
        request.user = AnonymousUser()
        request.refusal = None  # type: ignore[attr-defined] # ours
        try:
            self._find(request)
        except DomainError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined] # ours
        return self.get_response(request)

    def _find(self, request: HttpRequest) -> None:
        if request.path.startswith(settings.API_PREFIX):
            named = _from_token(request)
        else:
            named = _from_console(request)
        if named is None:
            return
        user_id, sid = named
        user = user_from(principal_of(sid=sid, user_id=user_id))
        session_touch(sid=sid)
        request.user = user
        _remember(user, sid)


def _from_token(request: HttpRequest) -> tuple[int, str] | None:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header.startswith(BEARER):
        return None
    try:
        return access_token_read(header.removeprefix(BEARER))
    except TokenError as error:
        raise SessionEndedError from error


def _from_console(request: HttpRequest) -> tuple[int, str] | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    sid = request.session.get(SESSION_KEY)
    user_id = request.session.get("_auth_user_id")
    return (int(user_id), str(sid)) if sid and user_id else None


def _remember(user: User, sid: str) -> None:
    context = current_context()
    if context is not None:
        context.user_id, context.username, context.session_id = user.pk, user.username, sid
