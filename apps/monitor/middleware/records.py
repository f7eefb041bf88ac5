"""What is told of every request: one log line, the metrics, and a span where traces are sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from functools import lru_cache
from time import perf_counter

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.http import HttpRequest, HttpResponse

from apps.core.context import current_context
from apps.monitor.services.metrics import metrics
from apps.monitor.services.traces import request_span

UNKNOWN_ROUTE = "(unknown)"
STATIC_ROUTE = "(static)"
MAX_PATH = 512
QUIET = ("/health/", "/metrics")
log = logging.getLogger("atrium.access")


class RecordMiddleware:
    """Stands right below the context, so that refusals of the gates are told of as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        env = settings.ATRIUM
        counted = metrics() if env.metrics_token else None
        around = request_span(request) if env.otlp_endpoint else nullcontext()
        started = perf_counter()
        with around as span, counted.in_flight.track_inprogress() if counted else nullcontext():
            response = self.get_response(request)
        seconds = perf_counter() - started
        route = route_of(request)
        if counted:
            counted.request(str(request.method), route, response.status_code, seconds)
        if span:
            span.finish(route, response.status_code)
        _tell(request, response, route, seconds)
        return response


def route_of(request: HttpRequest) -> str:
    """Return the template of the request's route; never its path, of which there are too many."""
    match = request.resolver_match
    if match is not None and match.route is not None:
        return _template(match.route)
    if request.path.startswith(settings.STATIC_URL):
        return STATIC_ROUTE
    return request.path if request.path in PROBES else UNKNOWN_ROUTE


PROBES = frozenset({"/health/live", "/health/ready", "/metrics"})


@lru_cache(maxsize=1024)
def _template(route: str) -> str:
    return str(simplify_regex(route))


def _tell(request: HttpRequest, response: HttpResponse, route: str, seconds: float) -> None:
    is_quiet = route == STATIC_ROUTE or request.path.startswith(QUIET)
    level = logging.DEBUG if is_quiet else logging.INFO
    if not log.isEnabledFor(level):
        return
    context = current_context()
    fields = {
        "method": request.method,
        "route": route,
        "path": request.path[:MAX_PATH],
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 2),
        "address": context.address if context else "",
    }
    # Not log.log(): it walks the stack to find a caller whom no line names.
    record = logging.LogRecord(log.name, level, __file__, 0, "request", None, None)
    record.fields = fields
    log.handle(record)
