"""The first of our middleware: gives each request its id and its context."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.core.clients import client_address
from apps.core.context import RequestContext, enter_context

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,32}")
MAX_USER_AGENT = 512


class RequestContextMiddleware:
    """Accept or make the request id, find the address, and echo the id on the way out.

    An id of the caller is kept if it is 1 to 32 letters, digits or hyphens; any other is replaced,
    because it ends up in logs and in a column of that length.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        context = RequestContext(
            request_id=given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex,
            address=client_address(request.META, settings.ATRIUM.trusted_proxies),
            user_agent=request.META.get("HTTP_USER_AGENT", "")[:MAX_USER_AGENT],
        )
        enter_context(context)
        try:
            response = self.get_response(request)
        finally:
            enter_context(None)
        response[REQUEST_ID_HEADER] = context.request_id
        return response
