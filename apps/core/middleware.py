"""What every request passes: it gets its id and its context, and the gates of the site."""

import re
import uuid
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from apps.core.clients import UNKNOWN, client_address, is_welcome
from apps.core.context import RequestContext, current_context, enter_context, leave_context
from apps.core.errors import AddressRefusedError, ReadOnlyError

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,32}")
MAX_USER_AGENT = 512
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
ALWAYS_WRITABLE = (
    "auth-login",
    "auth-login-swagger",
    "auth-logout",
    "auth-refresh",
    "auth-captcha",
    "admin:login",
    "admin:logout",
    "admin:captcha",
    "admin:set_language",
)
"""Routes that write only what a visitor needs to look around."""


class RequestContextMiddleware:
    """Accept or make the request id, find the address, and echo the id on the way out.

    An id of the caller is kept if it is 1 to 32 letters, digits or hyphens; any other is replaced,
    because it ends up in logs and in a column of that length. Answers of the API are for their
    caller alone, so no cache on the way may keep them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        context = RequestContext(
            request_id=given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex,
            address=client_address(request.META, settings.ATRIUM.trusted_proxies),
            user_agent=_storable(request.META.get("HTTP_USER_AGENT", "")),
        )
        before = enter_context(context)
        try:
            response = self.get_response(request)
        finally:
            leave_context(before)
        response[REQUEST_ID_HEADER] = context.request_id
        if request.path.startswith(settings.API_PREFIX):
            response.setdefault("Cache-Control", "no-store")
        if not response.streaming:  # said once, so that no server has to send it in chunks
            response.setdefault("Content-Length", str(len(response.content)))
        return response


class HostMiddleware:
    """Refuse a request for a host that is not ours, before anything is done for it.

    Django looks at the host only when something asks for it. Stands below the request context, so
    that the refusal carries a request id like every answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.get_host()
        return self.get_response(request)


class AddressMiddleware:
    """Refuse an address that the lists of the site do not let in, before all else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        env, context = settings.ATRIUM, current_context()
        address = context.address if context else UNKNOWN
        if not is_welcome(address, env.ip_allow, env.ip_deny):
            translation.activate(translation.get_language_from_request(request))
            raise PermissionDenied(AddressRefusedError())
        return self.get_response(request)


class ReadOnlyMiddleware:
    """Refuse what would write while the platform is only to be looked at.

    Decided once the route is known, because some routes may write even then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Let the request pass, or refuse it.

        Raises:
            PermissionDenied: It would write.
        """
        if not settings.ATRIUM.read_only or request.method in SAFE_METHODS:
            return None
        match = request.resolver_match
        name = match.view_name if match else ""
        exceptions = (*ALWAYS_WRITABLE, *settings.ATRIUM.read_only_except)
        if not any(fnmatchcase(name, pattern) for pattern in exceptions):
            raise PermissionDenied(ReadOnlyError())
        return None


def _storable(text: str) -> str:
    return text[:MAX_USER_AGENT].replace("\0", "")
