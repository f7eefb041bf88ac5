"""The outermost middleware of ours: gives each request its id and its context."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.core.clients import client_address
from apps.core.context import RequestContext, enter_context, leave_context

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,32}")
MAX_USER_AGENT = 512


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


def _storable(text: str) -> str:
    return text[:MAX_USER_AGENT].replace("\0", "")
