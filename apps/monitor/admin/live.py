"""The machine and the cache server, with plots that move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from apps.core.api.renderers import dumps
from apps.core.console import Board, page_context
from apps.monitor.errors import CacheGoneError
from apps.monitor.selectors.redis import redis_sample
from apps.monitor.selectors.server import server_sample
from apps.monitor.services.health import health_sample


@Board(
    name="monitor_server",
    label=gettext_lazy("server"),
    code="monitor:server:list",
    app_label="monitor",
    path="monitor/server/",
    icon="dns",
    place=1,
)
@never_cache
def server(request: HttpRequest) -> HttpResponse:
    """Show processors, memory, disks and this process; with `?sample`, the figures alone."""
    return _page(request, "server", server_sample, _("Server"))


@Board(
    name="monitor_redis",
    label=gettext_lazy("cache server"),
    code="monitor:redis:list",
    app_label="monitor",
    path="monitor/redis/",
    icon="bolt",
    place=2,
)
@never_cache
def redis(request: HttpRequest) -> HttpResponse:
    """Show what the cache server tells of itself; with `?sample`, the figures alone."""
    return _page(request, "redis", redis_sample, _("Cache server"))


@Board(
    name="monitor_health",
    label=gettext_lazy("health"),
    code="monitor:server:list",
    app_label="monitor",
    path="monitor/health/",
    icon="ecg_heart",
    place=0,
)
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Show whether each part works, and since when; with `?sample`, the figures alone."""
    return _page(request, "health", health_sample, _("Health"))


def _page(
    request: HttpRequest, name: str, take: Callable[[], dict[str, Any]], title: str
) -> HttpResponse:
    try:
        sample, refusal = take(), None
    except CacheGoneError as error:
        sample, refusal = {}, error
    if "sample" in request.GET:
        if refusal is not None:
            return JsonResponse({"message": str(refusal)}, status=refusal.status)
        return HttpResponse(dumps(sample), content_type="application/json")
    context = page_context(
        request, title=title, sample=sample, refusal=refusal, topic=f"monitor.{name}"
    )
    return TemplateResponse(request, f"monitor/{name}.html", context)
