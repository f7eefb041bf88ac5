"""Runs in the console: the list that moves, its plots, and what may be done with a run."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateTimeFilter

from apps.core.console import ConsoleModelAdmin, VisibleRelatedFilter
from apps.core.console.paginators import LandmarkPaginator
from apps.scheduling.admin.cells import (
    TONES,
    duration_text,
    job_label,
    moment_cell,
    progress_cell,
    state_cell,
    state_label,
    two_lines,
)
from apps.scheduling.admin.plots import by_time, took
from apps.scheduling.admin.questions import arguments_text, asked, is_masked, run_url
from apps.scheduling.admin.schedules import JobFilter
from apps.scheduling.choices import RunState
from apps.scheduling.constants import RUN_ROWS
from apps.scheduling.models import Run
from apps.scheduling.selectors.lines import PORTION, lines_after, newest_lines
from apps.scheduling.selectors.statistics import DAY_HOURS, days_of, figures, hours_of, job_times
from apps.scheduling.services.deletion import runs_delete
from apps.scheduling.services.runs import run_cancel, run_start

PLOT_DAYS = 14
LONG = ("args", "kwargs", "result", "traceback", "error")
"""Columns that the list does not show, and which may be large."""


class _RunPages(LandmarkPaginator):
    tag = RUN_ROWS


class RunJobFilter(JobFilter):
    """By job, of those that are declared."""

    parameter_name = "name"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(name=self.value()) if self.value() else queryset


@admin.register(Run)
class RunAdmin(ConsoleModelAdmin):
    resource = "sys:task"
    icon = "history_toggle_off"
    label = gettext_lazy("runs")
    place = 1
    paginator = _RunPages
    list_before_template = "scheduling/runs.html"
    list_display = ("what", "state_now", "progress", "started_by", "began", "took", "worker")
    list_display_links = None
    list_filter = (
        "state",
        RunJobFilter,
        ("schedule", VisibleRelatedFilter),
        "trigger",
        ("queued_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("name", "schedule_name", "=task_id", "=request_id", "worker")
    search_help_text = gettext_lazy("Job, schedule, task id, request id or worker")
    sortable_by = ()

    class Media:
        css: ClassVar = {"all": ["scheduling/scheduling.css"]}
        js: ClassVar = ["scheduling/plots.js", "scheduling/runs.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        found: QuerySet[Run] = super().get_queryset(request)
        is_list = request.resolver_match is None or "object_id" not in request.resolver_match.kwargs
        return found.defer(*LONG) if is_list and request.method == "GET" else found

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/lines/", wrap(self.lines), name="scheduling_run_lines"),
            path("<int:pk>/log/", wrap(self.log), name="scheduling_run_log"),
            path("<int:pk>/cancel/", wrap(self.cancel), name="scheduling_run_cancel"),
            path("<int:pk>/again/", wrap(self.again), name="scheduling_run_again"),
        ]
        urls: list[Any] = super().get_urls()
        return [*own, *urls]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_over = obj is None or not obj.is_live
        may: bool = super().has_delete_permission(request, obj)
        return may and is_over

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if request.method == "POST":
            return super().changelist_view(request, extra_context)
        hours = hours_of(hours=PLOT_DAYS * DAY_HOURS)
        context = {
            "figures": figures(),
            "hours": by_time(hours[-DAY_HOURS:], "H:i"),
            "days": by_time(days_of(hours)[-PLOT_DAYS:], "m-d"),
            "times": took(job_times()),
            "states": {
                state.value: {"label": state_label(state), "tone": TONES[state]}
                for state in RunState
            },
            "may_start": self.holds(request, "exec"),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a run: how far it is, what it was given, what came of it, what it wrote."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        run: Run | None = self.get_object(request, unquote(object_id))
        if run is None:
            away: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return away
        lines, has_more = newest_lines(run)
        context = {
            **self.admin_site.each_context(request),
            "title": job_label(run.name),
            "opts": self.opts,
            "run": run,
            "tone": TONES[run.state],
            "percent": 100 if run.state == RunState.SUCCEEDED else round(run.percent),
            "duration": duration_text(run.duration),
            "arguments": arguments_text(run.args, run.kwargs),
            "lines": lines,
            "has_more": has_more,
            "alerts": run.alerts.all(),
            "last_line": lines[-1].pk if lines else 0,
            "states": _states(),
            "may": {
                "cancel": run.is_live and self.holds(request, "revoke"),
                "again": not run.is_live and self.holds(request, "exec"),
                "delete": self.has_delete_permission(request, run),
            },
        }
        return TemplateResponse(request, "scheduling/run.html", context | (extra_context or {}))

    @admin.display(description=gettext_lazy("job"))
    def what(self, row: Run) -> SafeString:
        return two_lines(job_label(row.name), row.schedule_name or row.name, run_url(row.pk))

    @admin.display(description=gettext_lazy("state"))
    def state_now(self, row: Run) -> SafeString:
        return state_cell(row)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, row: Run) -> SafeString:
        return progress_cell(row)

    @admin.display(description=gettext_lazy("started by"))
    def started_by(self, row: Run) -> str:
        return row.get_trigger_display()

    @admin.display(description=gettext_lazy("began"))
    def began(self, row: Run) -> SafeString:
        return moment_cell(row.started_at or row.queued_at)

    @admin.display(description=gettext_lazy("duration"))
    def took(self, row: Run) -> str:
        return duration_text(row.duration)

    def lines(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Tell what a run wrote after a line, and how far it is."""
        run = self._found(request, pk)
        after = request.GET.get("after", "0")
        found = lines_after(run, int(after) if after.isdecimal() else 0)
        return JsonResponse(
            {
                "lines": [
                    {
                        "id": str(line.pk),
                        "at": line.at.isoformat(),
                        "clock": date_format(timezone.localtime(line.at), "H:i:s"),
                        "level": line.level,
                        "level_text": line.get_level_display(),
                        "text": line.text,
                    }
                    for line in found
                ],
                "has_more": len(found) == PORTION,
                "is_live": run.is_live,
                "state": run.state,
                "percent": run.percent,
                "text": run.text,
            }
        )

    def log(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send all lines of a run as a text."""
        run = self._found(request, pk)
        lines = (
            f"{line.at.isoformat()} {line.level.upper()} {line.text}\n"
            for line in run.lines.iterator(chunk_size=PORTION)
        )
        name = f"run-{run.task_id}.log"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(lines, content_type="text/plain; charset=utf-8", headers=headers)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then ask for the end of a run."""
        if not self.holds(request, "revoke"):
            raise PermissionDenied
        run = self._found(request, pk)

        def end() -> str:
            run_cancel(run=run)
            return run_url(run.pk)

        return asked(
            request,
            end,
            back=run_url(run.pk),
            title=_("Cancel this run?"),
            text=_(
                "A run that waits does not begin. One at work stops where it tells its progress."
            ),
            submit=_("Cancel the run"),
            is_grave=True,
            facts=_facts_of(run),
        )

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then start the job of a run with the same arguments."""
        if not self.holds(request, "exec"):
            raise PermissionDenied
        run = self._found(request, pk)
        if is_masked(run.args) or is_masked(run.kwargs):
            # What it was given is not known any more; a person fills it in.
            messages.warning(request, _("Secrets are not kept. Fill in what is missing."))
            address = reverse("admin:scheduling_start_one", args=[run.name])
            return HttpResponseRedirect(f"{address}?run={run.pk}")

        def start() -> str:
            return run_url(
                run_start(
                    name=run.name,
                    args=run.args,
                    kwargs=run.kwargs,
                    queue=run.queue,
                    schedule=run.schedule,
                ).pk
            )

        return asked(
            request,
            start,
            back=run_url(run.pk),
            title=_("Run it again?"),
            text=_("The job starts anew with the same arguments."),
            submit=_("Run again"),
            facts=_facts_of(run),
        )

    def remove(self, request: HttpRequest, instances: list[Any]) -> None:
        runs_delete(runs=instances)

    def _found(self, request: HttpRequest, pk: int) -> Run:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Run = self.visible_object(request, str(pk))
        return found


def _facts_of(run: Run) -> list[tuple[str, str]]:
    return [
        (_("job"), job_label(run.name)),
        (_("state"), run.get_state_display()),
        (_("arguments"), arguments_text(run.args, run.kwargs)),
    ]


def _states() -> dict[str, dict[str, str]]:
    """Return the word and the colour of each state, for the script."""
    return {state.value: {"label": str(state.label), "tone": TONES[state]} for state in RunState}
