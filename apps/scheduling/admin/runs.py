"""Runs in the console: the list that moves, its plots, and what may be done with a run."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateTimeFilter

from apps.core.console import ConsoleModelAdmin, VisibleRelatedFilter
from apps.core.console.pages import visible_choices
from apps.core.console.paginators import LandmarkPaginator
from apps.scheduling.admin.cells import (
    duration_text,
    job_label,
    moment_cell,
    progress_cell,
    state_cell,
    state_marks,
    two_lines,
)
from apps.scheduling.admin.plots import by_time, took
from apps.scheduling.admin.questions import run_url
from apps.scheduling.admin.run_page import RunPageMixin
from apps.scheduling.admin.schedules import JobFilter
from apps.scheduling.constants import RUN_ROWS
from apps.scheduling.models import Run
from apps.scheduling.selectors.statistics import DAY_HOURS, days_of, figures, hours_of, job_times
from apps.scheduling.services.deletion import runs_delete

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


class ScheduleFilter(VisibleRelatedFilter):
    """By schedule, told by its name alone: its times are no part of what people look for."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        found = visible_choices(field.remote_field.model, model_admin.admin_site, request)
        return list(found.order_by("name").values_list("pk", "name"))


@admin.register(Run)
class RunAdmin(RunPageMixin, ConsoleModelAdmin):
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
        ("schedule", ScheduleFilter),
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
            "states": state_marks(),
            "may_start": self.holds(request, "exec"),
        }
        return super().changelist_view(request, context | (extra_context or {}))

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

    def remove(self, request: HttpRequest, instances: list[Any]) -> None:
        runs_delete(runs=instances)
