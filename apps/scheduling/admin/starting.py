"""Declared jobs, each to be started by hand with a form of what it takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from apps.core.console import Board, page_context
from apps.core.errors import DomainError
from apps.core.visibility import visible_to
from apps.scheduling.admin.arguments import argument_fields, arguments_of, initial_of
from apps.scheduling.admin.questions import is_masked, run_url
from apps.scheduling.models import Run
from apps.scheduling.selectors.jobs import JobInfo, declared_jobs, job_named
from apps.scheduling.services.runs import run_start

CODE = "sys:task:exec"


class StartForm(forms.Form):
    """What a job takes."""

    def __init__(self, *args: Any, job: JobInfo, **options: Any) -> None:
        super().__init__(*args, **options)
        self.job = job
        self.fields.update(argument_fields(job))


@Board(
    name="scheduling_start",
    label=gettext_lazy("run a job"),
    code=CODE,
    app_label="scheduling",
    path="scheduling/start/",
    icon="play_circle",
    place=2,
)
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """List the declared jobs."""
    jobs = sorted(declared_jobs(), key=lambda job: str(job.label or job.name).casefold())
    context = page_context(request, title=_("Run a job"), jobs=jobs)
    return TemplateResponse(request, "scheduling/jobs.html", context)


@Board(
    name="scheduling_start_one",
    code=CODE,
    app_label="scheduling",
    path="scheduling/start/<str:name>/",
)
@never_cache
def start_one(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a job takes; on POST start it and lead to its run."""
    job = job_named(name)
    if job is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = StartForm(data, job=job, initial=_known(request, job))
    if form.is_valid():
        try:
            run = run_start(name=name, kwargs=arguments_of(job, form.cleaned_data))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            is_seen = request.user.has_perm("sys:task:list")
            return HttpResponseRedirect(run_url(run.pk) if is_seen else request.path)
    context = page_context(request, title=str(job.label or job.name), job=job, form=form)
    return TemplateResponse(request, "scheduling/start.html", context)


def _known(request: HttpRequest, job: JobInfo) -> dict[str, Any]:
    """Return the arguments of the run that is to be repeated, but for those that are not known."""
    pk = request.GET.get("run", "")
    if not pk.isdecimal() or not request.user.has_perm("sys:task:list"):
        return {}
    run = visible_to(Run.objects.filter(pk=int(pk), name=job.name), request.user).first()
    if run is None:
        return {}
    kept = initial_of(job, run.args, run.kwargs)
    return {name: value for name, value in kept.items() if not is_masked(value)}
