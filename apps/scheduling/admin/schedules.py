"""Schedules in the console: the list, the switch, the start by hand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.console import ConsoleModelAdmin, SwitchMixin
from apps.core.console.cells import EMPTY
from apps.core.console.pages import ConsoleChangeList
from apps.scheduling.admin.cells import (
    exact,
    job_label,
    moment_cell,
    state_cell,
    state_marks,
    story_cell,
    two_lines,
)
from apps.scheduling.admin.editing import EditingMixin
from apps.scheduling.admin.forms import job_choices
from apps.scheduling.admin.halting import HaltingMixin
from apps.scheduling.admin.questions import arguments_text, asked, list_again, run_url
from apps.scheduling.models import Schedule
from apps.scheduling.selectors.arguments import arguments_shown
from apps.scheduling.selectors.halts import halt_now
from apps.scheduling.selectors.plans import plan_text, times_ahead, times_of
from apps.scheduling.selectors.statistics import stories_of
from apps.scheduling.services.schedules import (
    schedule_delete,
    schedule_execute,
    schedule_switch,
)


class ScheduleList(ConsoleChangeList):
    """The rows of a page, with what became of each of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found: list[Any] = list(self.result_list)  # type: ignore[has-type] # unfold has no types
        self.result_list = found
        stories = stories_of([schedule.pk for schedule in found])
        for schedule in found:
            schedule.story = stories[schedule.pk]


class JobFilter(admin.SimpleListFilter):
    """By job, of those that are declared."""

    title = gettext_lazy("job")
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return job_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(task=self.value()) if self.value() else queryset


class FlagFilter(admin.BooleanFieldListFilter):
    """By yes or no, under the word that the pages have for it."""

    words: ClassVar = {
        "enabled": gettext_lazy("switched on"),
        "one_off": gettext_lazy("run only once"),
    }

    def __init__(self, field: Any, *args: Any, **options: Any) -> None:
        super().__init__(field, *args, **options)
        self.title = self.words[field.name]


@admin.register(Schedule)
class ScheduleAdmin(EditingMixin, HaltingMixin, SwitchMixin, ConsoleModelAdmin):
    resource = "sys:task"
    icon = "calendar_clock"
    label = gettext_lazy("schedules")
    list_display = ("what", "times", "switch_cell", "next_run", "last_run", "last_day", "start")
    list_display_links = None
    list_filter = (
        ("enabled", FlagFilter),
        JobFilter,
        "policy__declared_by",
        ("one_off", FlagFilter),
    )
    list_filter_submit = True
    list_before_template = "scheduling/schedules.html"
    search_fields = ("name", "task", "description")
    search_help_text = gettext_lazy("Name, job or remark")
    sortable_by = ("what",)

    class Media:
        css: ClassVar = {"all": ["scheduling/scheduling.css"]}
        js: ClassVar = ["scheduling/runs.js"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return ScheduleList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        found: QuerySet[Schedule] = super().get_queryset(request)
        return found.select_related("interval", "crontab", "policy")

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        own = [
            path("preview/", wrap(self.preview), name="scheduling_schedule_preview"),
            path("halt/", wrap(self.halt_all), name="scheduling_schedule_halt"),
            path("arguments/", wrap(self.arguments), name="scheduling_schedule_arguments"),
            path("<int:pk>/switch/", wrap(self.switch_one), name="scheduling_schedule_switch"),
            path("<int:pk>/run/", wrap(self.run), name="scheduling_schedule_run"),
        ]
        urls: list[Any] = super().get_urls()
        return [*own, *urls]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        halt = halt_now()
        context = {
            "states": state_marks(),
            "halt": halt,
            "halt_since": exact(halt.since_at) if halt else "",
            "may_halt": self.holds(request, "edit"),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description=gettext_lazy("schedule"), ordering="name")
    def what(self, row: Schedule) -> SafeString:
        policy = getattr(row, "policy", None)
        about = job_label(row.task)
        if policy is not None and policy.declared_by:
            about = _("%(job)s · declared in code") % {"job": about}
        return two_lines(row.name, about, self.url("change", row.pk))

    @admin.display(description=gettext_lazy("runs"))
    def times(self, row: Schedule) -> str:
        return plan_text(row)

    @admin.display(description=gettext_lazy("on"))
    def switch_cell(self, row: Schedule) -> SafeString:
        label = _("%(name)s is switched on") % {"name": row.name}
        return format_html(
            '<button class="at-switch" type="submit" role="switch" aria-checked="{}"'
            ' aria-label="{}" formaction="{}"></button>',
            "true" if row.enabled else "false",
            label,
            self.url("switch", row.pk),
        )

    @admin.display(description=gettext_lazy("next run"))
    def next_run(self, row: Schedule) -> SafeString:
        return moment_cell(next(iter(times_ahead(times_of(row))), None))

    @admin.display(description=gettext_lazy("last run"))
    def last_run(self, row: Any) -> SafeString:
        last = row.story.last
        if last is None:
            return format_html('<span class="at-quiet">{}</span>', _("never"))
        return format_html(
            '<a class="at-last" href="{}">{} {}</a>',
            run_url(last.pk),
            state_cell(last),
            moment_cell(last.started_at or last.queued_at),
        )

    @admin.display(description=gettext_lazy("last 24 hours"))
    def last_day(self, row: Any) -> SafeString:
        return story_cell(row.story)

    @admin.display(description="")
    def start(self, row: Schedule) -> SafeString:
        return format_html(
            '<a class="at-button at-button-plain at-button-small at-nowrap" href="{}">{}</a>',
            self.url("run", row.pk),
            _("Run now"),
        )

    def switch_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Switch a schedule to the other of what it is."""
        if request.method != "POST":
            raise Http404
        schedule = self._found(request, pk)
        if not self.has_switch_permission(request, schedule):
            raise PermissionDenied
        switched = schedule_switch(schedule=schedule.plain)
        text = _("“%(name)s” runs again.") if switched.enabled else _("“%(name)s” is paused.")
        messages.success(request, text % {"name": switched.name})
        return HttpResponseRedirect(list_again(request, self.url("changelist")))

    def run(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask with the arguments in sight, then start the job of a schedule."""
        if not self.holds(request, "exec"):
            raise PermissionDenied
        schedule = self._found(request, pk)
        return asked(
            request,
            lambda: run_url(schedule_execute(schedule=schedule.plain).pk),
            back=self.url("changelist"),
            title=_("Run “%(name)s” now?") % {"name": schedule.name},
            text=_("Its job starts at once, beside its usual times, which stay as they are."),
            submit=_("Run now"),
            facts=[
                (_("job"), job_label(schedule.task)),
                (_("arguments"), arguments_text(*arguments_shown(schedule))),
                (_("next run"), _next_text(schedule)),
            ],
        )

    def switch(self, request: HttpRequest, instances: list[Any], *, is_active: bool) -> int:
        changed = [row for row in instances if row.enabled != is_active]
        for row in changed:
            schedule_switch(schedule=row.plain, is_enabled=is_active)
        return len(changed)

    def remove(self, request: HttpRequest, instances: list[Any]) -> None:
        for row in instances:
            schedule_delete(schedule=row.plain)

    def _found(self, request: HttpRequest, pk: int) -> Schedule:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Schedule = self.visible_object(request, str(pk))
        return found


def _next_text(schedule: Schedule) -> str:
    moments = times_ahead(times_of(schedule))
    return exact(moments[0]) if moments else EMPTY
