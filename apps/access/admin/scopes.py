"""Data scopes and rules in the console; only superusers see them until they have codes."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.access.models import DataRule, DataScope
from apps.core.console import ConsoleModelAdmin, chips, state_chip


@admin.register(DataScope)
class DataScopeAdmin(ConsoleModelAdmin):
    icon = "filter_alt"
    place = 2
    list_display = ("name", "rule_names", "state")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "is_active", "rules")
    autocomplete_fields = ("rules",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataScope]:
        found: QuerySet[DataScope] = super().get_queryset(request)
        return found.prefetch_related("rules")

    @admin.display(description=_("rules"))
    def rule_names(self, scope: DataScope) -> SafeString:
        return chips(rule.name for rule in scope.rules.all())

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, scope: DataScope) -> SafeString:
        return state_chip(scope.is_active)


@admin.register(DataRule)
class DataRuleAdmin(ConsoleModelAdmin):
    icon = "rule"
    place = 3
    list_display = ("name", "model", "column", "expression", "value", "operator")
    list_filter = ("model", "expression")
    search_fields = ("name", "model", "column", "value")
    fields = ("name", ("model", "column"), ("expression", "value"), "operator")
