"""The OpenAPI document and the two pages that show it; with every asset served by us."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext, gettext_noop
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.core.api.examples import add_examples
from apps.core.api.schema import BEARER, REFRESH_COOKIE
from apps.core.guards import Access

REASONS: dict[int, tuple[str, str]] = {
    400: ("core.bad_request", gettext_noop("The request makes no sense to us.")),
    401: ("core.not_authenticated", gettext_noop("Sign in first.")),
    403: ("core.permission_denied", gettext_noop("You do not have permission to do this.")),
    404: ("core.not_found", gettext_noop("Not found.")),
    409: ("core.conflict", gettext_noop("A row with these values exists already.")),
    422: ("core.invalid", gettext_noop("Invalid input: name: This field is required.")),
    429: ("core.throttled", gettext_noop("Too many calls. Try again in 30 seconds.")),
    503: ("core.unavailable", gettext_noop("The platform is busy. Try again in a moment.")),
}
ERROR_ITEM = {
    "type": "object",
    "required": ["type", "loc", "msg"],
    "properties": {
        "type": {"type": "string"},
        "loc": {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "integer"}]}},
        "msg": {"type": "string"},
    },
}
ERROR = {
    "type": "object",
    "required": ["code", "msg", "data", "trace_id", "reason"],
    "properties": {
        "code": {"type": "integer", "description": "The HTTP status, or 40001 for the captcha."},
        "msg": {"type": "string"},
        "data": {
            "type": "object",
            "nullable": True,
            "properties": {"errors": {"type": "array", "items": ERROR_ITEM}},
        },
        "trace_id": {"type": "string", "description": "The X-Request-ID of this answer."},
        "reason": {"type": "string", "description": "Stable; a client may branch on it."},
    },
}


def finish(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Add to a generated document what its operations refer to; a hook of drf-spectacular."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    components["responses"] = {f"Error{status}": _refusal(status) for status in REASONS}
    components["securitySchemes"] = {
        BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        REFRESH_COOKIE: {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.ATRIUM.refresh_cookie,
        },
    }
    add_examples(result)
    return result


def _refusal(status: int) -> dict[str, Any]:
    reason, text = REASONS[status]
    item = {"type": "required", "loc": ["body", "name"], "msg": gettext("This field is required.")}
    example = {
        "code": status,
        "msg": gettext(text),
        "data": {"errors": [item]} if status == HTTPStatus.UNPROCESSABLE_ENTITY else None,
        "trace_id": "5f2b7c0e9d3a4f6e8b1c2d3e4f5a6b7c",
        "reason": reason,
    }
    content = {"schema": {"$ref": "#/components/schemas/Error"}, "example": example}
    answer: dict[str, Any] = {
        "description": gettext(text),
        "content": {"application/json": content},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        answer["headers"] = {"Retry-After": seconds}
    return answer


@lru_cache(maxsize=8)
def document(language: str) -> bytes:  # noqa: ARG001 - the key of the cache; gettext reads it itself
    """Return the OpenAPI document in a language; made once per process."""
    return orjson.dumps(SchemaGenerator().get_schema(request=None, public=True))


STYLES_OF_THEIR_OWN = {"style-src": ["'unsafe-inline'"]}
"""Both pages write their styles into the document; scripts still come from files of ours alone."""


class _PublicPage(APIView):
    """A page for programmers: open to everybody, but only where it is switched on."""

    guard = Access.PUBLIC
    schema = None  # it is no operation of the API

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.SERVE_DOCS:
            raise Http404  # before the view chooses a renderer: the answer is that of any such path
        return super().dispatch(request, *args, **kwargs)


class OpenApiView(_PublicPage):
    """The OpenAPI document as JSON."""

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(document(get_language() or ""), content_type="application/json")


@method_decorator(csp_update(STYLES_OF_THEIR_OWN), name="dispatch")
class SwaggerView(_PublicPage, SpectacularSwaggerSplitView):
    """The document as Swagger UI, to try calls out."""

    permission_classes = APIView.permission_classes
    url_name = "openapi"


@method_decorator(csp_update(STYLES_OF_THEIR_OWN), name="dispatch")
class RedocView(_PublicPage, SpectacularRedocView):
    """The document as ReDoc, to read."""

    permission_classes = APIView.permission_classes
    url_name = "openapi"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "script" not in request.query_params:
            page: HttpResponseBase = super().get(request, *args, **kwargs)
            return page
        script = HttpResponse(redoc_script(), content_type="text/javascript")
        script["Cache-Control"] = "public, max-age=3600"
        return script

    @staticmethod
    def _redoc_standalone() -> str:
        return "?script="


REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
FOREIGN_PICTURE = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
NO_PICTURE = b"data:image/gif;base64,R0lGODlhAQABAAAAACw="


@lru_cache(maxsize=1)
def redoc_script() -> bytes:
    """Return ReDoc without the picture that it would fetch from its maker."""
    found = finders.find(REDOC)
    if not isinstance(found, str):
        raise Http404
    return Path(found).read_bytes().replace(FOREIGN_PICTURE, NO_PICTURE)
