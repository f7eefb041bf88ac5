"""What balancers and collectors ask: `/health/live`, `/health/ready`, `/metrics`.

Answered above everything else, so that neither a foreign host name, the redirect to HTTPS, a
session nor the lists of addresses stand in the way, and that being alive needs no database.
Anybody may ask for health: it names parts and states, no addresses. The metrics need their token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.context import current_context
from apps.monitor.services.health import health
from apps.monitor.services.metrics import is_scraper, metrics_text

READABLE = frozenset({"GET", "HEAD"})


class ProbeMiddleware:
    """Answer the probes; whatever else passes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = PROBES.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in READABLE:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        with translation.override(translation.get_language_from_request(request)):
            response = answer(request)
        response["Cache-Control"] = "no-store"
        if request.method == "HEAD":
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


def live(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return _told(HTTPStatus.OK, _("Alive."), {"status": "ok"})


def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether the process can do its work, and which part keeps it from it."""
    if health.is_draining:
        return _refused(_("The server is about to stop."), "core.draining", {"status": "draining"})
    parts = health.parts()
    failed = [name for name, part in parts.items() if part.state != "ok"]
    data = {
        "status": "failed" if failed else "ok",
        "parts": {name: asdict(part) for name, part in parts.items()},
    }
    if not failed:
        return _told(HTTPStatus.OK, _("Ready."), data)
    text = _("Not available: %(parts)s.") % {"parts": ", ".join(failed)}
    return _refused(text, "core.not_ready", data)


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Return the metrics to whoever has the token; without one set there are none."""
    if not settings.ATRIUM.metrics_token:
        return _error(HTTPStatus.NOT_FOUND, _("Not found."), "core.not_found")
    if not is_scraper(request.META.get("HTTP_AUTHORIZATION", "")):
        refusal = _error(HTTPStatus.UNAUTHORIZED, _("The token is missing or wrong."), "core.token")
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    text, kind = metrics_text()
    return HttpResponse(text, content_type=kind)


PROBES: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": live,
    "/health/ready": ready,
    "/metrics": metrics_page,
}


def _refused(msg: str, reason: str, data: Any) -> HttpResponse:
    response = _error(HTTPStatus.SERVICE_UNAVAILABLE, msg, reason, data)
    response["Retry-After"] = "1"
    return response


def _error(status: HTTPStatus, msg: str, reason: str, data: Any = None) -> HttpResponse:
    context = current_context()
    trace_id = context.request_id if context else ""
    return _told(status, msg, data, trace_id=trace_id, reason=reason)


def _told(status: HTTPStatus, msg: str, data: Any, **more: str) -> HttpResponse:
    body = orjson.dumps({"code": int(status), "msg": msg, "data": data, **more})
    return HttpResponse(body, content_type="application/json", status=status)
