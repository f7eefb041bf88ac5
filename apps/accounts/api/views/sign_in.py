from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import Http404
from rest_framework.decorators import action
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, ListField
from rest_framework_simplejwt.exceptions import TokenError

from apps.access.selectors import all_codes
from apps.accounts.api import serializers
from apps.accounts.choices import Channel, Closing
from apps.accounts.errors import RefreshMissingError
from apps.accounts.models import Session, User
from apps.accounts.services.captcha import captcha_is_on, captcha_make
from apps.accounts.services.sessions import session_refresh, sessions_close
from apps.accounts.services.sign_in import SignIn, expired_password_change, user_sign_in
from apps.accounts.services.tokens import TokenPair, refresh_token_read
from apps.core.api.schema import answers
from apps.core.api.viewsets import GuardedViewSet
from apps.core.context import current_context
from apps.core.guards import Access
from apps.core.limits import Limit, count_call, forget_calls
from apps.core.times import wire_time

GUESSES = Limit(5, 60)
"""Sign-ins of one name from one address; a sign-in that succeeds gives its count back."""


class SignInViewSet(GuardedViewSet):
    """Sign-in, refresh, sign-out, captcha: everything that works without a token."""

    guard = Access.PUBLIC
    limits = {
        "login": (Limit(60, 60),),
        "login_swagger": (Limit(10, 60),),
        "password": (Limit(10, 60),),
        "captcha": (Limit(5, 30),),
        "refresh": (Limit(60, 60),),
    }

    @answers(row=serializers.SignInRow, body=serializers.SignInSerializer)
    @action(detail=False, methods=["post"])
    def login(self, request: Request) -> Response:
        """Sign in with user name, password and captcha; sets the refresh cookie."""
        data = self.read_with(serializers.SignInSerializer, request)
        with _few_guesses(data["username"]) as forget:
            done = user_sign_in(
                username=data["username"],
                password=data["password"],
                channel=Channel.API,
                captcha_id=data.get("uuid", ""),
                captcha=data.get("captcha", ""),
            )
            forget()
        return _with_cookie(Response(_sign_in(done)), done.tokens)

    @answers(row=serializers.SwaggerTokenRow, query=serializers.SwaggerQuerySerializer, bare=True)
    @action(detail=False, methods=["post"], url_path="login/swagger")
    def login_swagger(self, request: Request) -> Response:
        """Sign in for the API documents; there only where the documents are, without a cookie."""
        if not settings.SERVE_DOCS:
            raise Http404
        query = self.query_with(serializers.SwaggerQuerySerializer)
        with _few_guesses(query["username"]) as forget:
            done = user_sign_in(**query, channel=Channel.SWAGGER)
            forget()
        token = {"access_token": done.tokens.access, "token_type": "Bearer"}
        response = Response({**token, "user": _basic(done.user)})
        response.is_bare = True  # type: ignore[attr-defined] # read by the renderer: no envelope
        return response

    @answers(row=serializers.NewTokenRow, auth="refreshCookie")
    @action(detail=False, methods=["post"])
    def refresh(self, request: Request) -> Response:
        """Exchange the refresh cookie for new tokens; the old cookie is dead from then on."""
        raw = request.COOKIES.get(settings.ATRIUM.refresh_cookie)
        if not raw:
            raise RefreshMissingError
        pair = session_refresh(raw=raw)
        return _with_cookie(Response(_tokens(pair)), pair)

    @answers()
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> Response:
        """End the session, by token or by cookie, and clear the cookie; never fails."""
        sid = _session_named(request)
        if sid:
            sessions_close(sessions=Session.objects.filter(sid=sid), closing=Closing.LOGOUT)
        response = Response(None)
        response.delete_cookie(settings.ATRIUM.refresh_cookie, samesite="Lax")
        return response

    @answers(row=serializers.CaptchaRow, query=serializers.CaptchaQuerySerializer)
    @action(detail=False)
    def captcha(self, request: Request) -> Response:
        """Get a captcha; `?kind=question` asks one in words, for whoever cannot see a picture."""
        query = self.query_with(serializers.CaptchaQuerySerializer)
        made = captcha_make(kind=query["kind"])
        return Response(
            {
                "is_enabled": captcha_is_on(),
                "expire_seconds": made.seconds,
                "uuid": made.id,
                "image": made.image,
                "question": made.question or None,
            }
        )

    @answers(body=serializers.ExpiredPasswordSerializer)
    @action(detail=False, methods=["put"])
    def password(self, request: Request) -> Response:
        """Choose a new password when the old one has expired or must be changed."""
        data = self.read_with(serializers.ExpiredPasswordSerializer, request)
        with _few_guesses(data["username"]):
            expired_password_change(
                username=data["username"],
                old=data["old_password"],
                new=data["new_password"],
                confirm=data["confirm_password"],
                channel=Channel.API,
                captcha_id=data.get("uuid", ""),
                captcha=data.get("captcha", ""),
            )
        return Response(None)


class CodesViewSet(GuardedViewSet):
    """The permission codes of whoever asks."""

    guard = Access.SIGNED_IN

    @answers(row=ListField(child=CharField()))
    @action(detail=False)
    def codes(self, request: Request) -> Response:
        """List the codes that the signed-in user holds."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - the guard lets nobody else in
        held = all_codes() if user.is_superuser else user.principal["codes"]
        return Response(held)


@contextmanager
def _few_guesses(username: str) -> Iterator[Callable[[], None]]:
    """Limit the attempts for one name from one address; yields what forgets them on success."""
    context = current_context()
    name = hashlib.sha256(username.lower().encode()).hexdigest()[:32]
    who = f"{context.address if context else ''}:{name}"
    wait = count_call(GUESSES, route="sign_in", who=who)
    if wait:
        raise Throttled(wait)
    yield lambda: forget_calls(GUESSES, route="sign_in", who=who)


def _session_named(request: Request) -> str | None:
    """Return the session that the token, else the cookie, of a request names."""
    context = current_context()
    if context and context.session_id:
        return context.session_id
    try:
        return refresh_token_read(request.COOKIES.get(settings.ATRIUM.refresh_cookie, ""))[1]
    except TokenError:
        return None


def _tokens(pair: TokenPair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "access_token_expire_time": wire_time(pair.access_expires_at),
        "session_uuid": pair.sid,
    }


def _sign_in(done: SignIn) -> dict[str, Any]:
    return {
        **_tokens(done.tokens),
        "password_expire_days_remaining": done.days_left,
        "user": _basic(done.user),
    }


def _basic(user: User) -> dict[str, Any]:
    return serializers.UserBasicRow.read_one(User.objects.all(), user.pk)


def _with_cookie(response: Response, pair: TokenPair) -> Response:
    response.set_cookie(
        settings.ATRIUM.refresh_cookie,
        pair.refresh,
        max_age=settings.ATRIUM.refresh_token_seconds,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
