"""Both logs in the console, to look at."""

from __future__ import annotations

import json
from typing import Any

import orjson
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateTimeFilter

from apps.audit.choices import ChangeAction
from apps.audit.constants import CHANGE_ROWS, LOGIN_ROWS, OPERA_ROWS
from apps.audit.models import ChangeLog, LoginLog, LogRow, OperaLog
from apps.audit.selectors.days import Day, rows_by_day
from apps.core.console import ConsoleModelAdmin, chips, state_chip
from apps.core.console.exports import ExportMixin
from apps.core.console.paginators import LandmarkPaginator


class _LoginPages(LandmarkPaginator):
    tag = LOGIN_ROWS


class _OperaPages(LandmarkPaginator):
    tag = OPERA_ROWS


class _ChangePages(LandmarkPaginator):
    tag = CHANGE_ROWS


class SealedAdmin(ConsoleModelAdmin):
    """Newest first, nothing to add, to change or to delete."""

    sortable_by = ()
    list_filter_submit = True
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("user name"))
    def who(self, row: Any) -> str:
        return row.username or "-"


class LogAdmin(ExportMixin, SealedAdmin):
    """What both logs have in common."""

    readonly_fields: tuple[str, ...] = ("state", "location", "where")
    list_before_template = "audit/days.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        days: list[Day] = []
        if self.has_view_permission(request):
            rows = self.get_queryset(request)
            days = rows_by_day(rows, user=request.user, tag=self.paginator.tag)
        shown = {
            "days": days,
            "days_total": sum(row.total for row in days),
            "days_plot": json.dumps([(f"{row.day:%m-%d}", row.total) for row in days]),
        }
        answer: HttpResponse = super().changelist_view(request, (extra_context or {}) | shown)
        return answer

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.holds(request, "list")  # as over the API: whoever reads a log may take it away

    @admin.display(description=gettext_lazy("outcome"))
    def state(self, row: LogRow) -> SafeString:
        return state_chip(row.is_success, on=_("succeeded"), off=_("failed"))

    @admin.display(description=gettext_lazy("location"))
    def location(self, row: LogRow) -> str:
        return " ".join(part for part in (row.country, row.region, row.city) if part) or "-"

    @admin.display(description=gettext_lazy("device"))
    def where(self, row: LogRow) -> str:
        return " / ".join(part for part in (row.browser, row.os) if part)


@admin.register(LoginLog)
class LoginLogAdmin(LogAdmin):
    resource = "log:login"
    export_row = "apps.audit.api.serializers.LoginLogRow"
    icon = "login"
    paginator = _LoginPages
    list_display = ("happened_at", "who", "state", "message", "address", "location", "where")
    list_filter = ("is_success", "channel", ("happened_at", RangeDateTimeFilter))
    search_fields = ("username", "address", "reason")
    search_help_text = gettext_lazy("User, address or reason")
    fields = (
        ("username", "state"),
        ("happened_at", "channel"),
        ("message", "reason"),
        ("address", "location"),
        ("where", "device"),
        "user_agent",
        ("trace_id", "user_uuid"),
    )


@admin.register(OperaLog)
class OperaLogAdmin(LogAdmin):
    resource = "log:opera"
    export_row = "apps.audit.api.serializers.OperaLogRow"
    icon = "receipt_long"
    place = 1
    paginator = _OperaPages
    list_display = ("happened_at", "who", "verb", "title", "path", "state", "cost", "address")
    list_filter = ("is_success", "method", ("happened_at", RangeDateTimeFilter))
    search_fields = ("username", "path", "trace_id", "address", "title")
    search_help_text = gettext_lazy("User, path, trace id, address or operation")
    readonly_fields = (*LogAdmin.readonly_fields, "arguments", "cost", "verb")
    fields = (
        ("username", "state"),
        ("happened_at", "cost"),
        ("verb", "path"),
        "title",
        ("code", "message"),
        "arguments",
        ("address", "location"),
        ("where", "device"),
        "user_agent",
        "trace_id",
    )

    @admin.display(description=gettext_lazy("method"))
    def verb(self, row: OperaLog) -> SafeString:
        return chips([row.method], tone="warm" if row.method == "DELETE" else "quiet")

    @admin.display(description=gettext_lazy("duration"))
    def cost(self, row: OperaLog) -> str:
        return f"{row.cost_us / 1000:.1f} ms"

    @admin.display(description=gettext_lazy("arguments"))
    def arguments(self, row: OperaLog) -> SafeString | str:
        if not row.args:
            return "-"
        text = orjson.dumps(orjson.loads(row.args), option=orjson.OPT_INDENT_2).decode()
        return format_html('<pre class="at-code">{}</pre>', text)


@admin.register(ChangeLog)
class ChangeLogAdmin(SealedAdmin):
    resource = "log:change"
    icon = "history"
    place = 2
    paginator = _ChangePages
    list_display = ("created_at", "who", "kind", "name", "what", "fields_changed")
    list_filter = ("action", "model", ("created_at", RangeDateTimeFilter))
    search_fields = ("name", "username", "trace_id", "=object_id")
    search_help_text = gettext_lazy("Name or key of a row, user, or trace id")
    readonly_fields = ("who", "kind", "what", "comparison")
    fields = (
        ("who", "created_at"),
        ("kind", "name"),
        ("what", "object_id"),
        "comparison",
        "trace_id",
    )

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, row: ChangeLog) -> str:
        try:
            return str(apps.get_model(row.model)._meta.verbose_name)
        except (LookupError, ValueError):  # of a plugin that is not installed any more
            return row.model

    @admin.display(description=gettext_lazy("action"))
    def what(self, row: ChangeLog) -> SafeString:
        tones = {
            ChangeAction.MADE: "good",
            ChangeAction.RESTORED: "good",
            ChangeAction.DELETED: "bad",
            ChangeAction.PURGED: "bad",
        }
        return chips([row.get_action_display()], tone=tones.get(ChangeAction(row.action), "quiet"))

    @admin.display(description=gettext_lazy("fields"))
    def fields_changed(self, row: ChangeLog) -> str:
        return ", ".join(orjson.loads(row.changes or "{}"))

    @admin.display(description=gettext_lazy("before and after"))
    def comparison(self, row: ChangeLog) -> SafeString:
        lines = format_html_join(
            "",
            "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>",
            (
                (name, *map(_shown, pair))
                for name, pair in orjson.loads(row.changes or "{}").items()
            ),
        )
        head = format_html("<tr><th></th><th>{}</th><th>{}</th></tr>", _("before"), _("after"))
        return format_html('<table class="at-table">{}{}</table>', head, lines)


def _shown(value: Any) -> str:
    return "-" if value in (None, "") else str(value)
