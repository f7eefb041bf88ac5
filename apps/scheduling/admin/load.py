"""Workers and queues, with plots that move."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from apps.core.api.renderers import dumps
from apps.core.console import Board, page_context
from apps.scheduling.constants import WORKERS_TOPIC
from apps.scheduling.selectors.loads import load_sample
from apps.scheduling.selectors.workers import WorkerState


@Board(
    name="scheduling_workers",
    label=gettext_lazy("workers and queues"),
    code="sys:task:list",
    app_label="scheduling",
    path="scheduling/workers/",
    icon="factory",
    place=3,
)
@never_cache
def workers(request: HttpRequest) -> HttpResponse:
    """Show who works, what waits and what ended; with `?sample`, the figures alone."""
    sample = load_sample()
    if "sample" in request.GET:
        return HttpResponse(dumps(sample), content_type="application/json")
    names = list(sample["queues"])
    states = _states()
    context = page_context(
        request,
        title=_("Workers and queues"),
        sample=sample,
        topic=WORKERS_TOPIC,
        states=states,
        rows=[worker | {"mark": states[worker["state"]]} for worker in sample["workers"]],
        queue_paths=",".join(f"queues.{name}" for name in names),
        queue_names=",".join(names),
    )
    return TemplateResponse(request, "scheduling/workers.html", context)


def _states() -> dict[str, dict[str, str]]:
    """Return the word and the colour of each state of a worker, for page and script."""
    return {
        WorkerState.IDLE: {"label": _("idle"), "tone": "good"},
        WorkerState.WORKING: {"label": _("at work"), "tone": "live"},
        WorkerState.STOPPING: {"label": _("stopping"), "tone": "warm"},
        WorkerState.UNKNOWN: {"label": _("unknown"), "tone": "quiet"},
    }
