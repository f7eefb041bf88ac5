"""Data rules in the console, built of what there is to choose from."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse_lazy
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.access.choices import VARIABLES, Expression, Operator
from apps.access.errors import RuleNameTakenError
from apps.access.models import DataRule
from apps.access.selectors.offers import columns_of, models_offered
from apps.access.services.rules import rule_check, rule_create, rule_update, rules_delete
from apps.core.console import ConsoleModelAdmin, chips
from apps.core.errors import InvalidInputError
from apps.core.scopes import ALL_MODELS, scoped_models


class ValueWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc] # unfold has no types
    """The value of a rule: with the variables at a click, and tried while it is typed."""

    template_name = "access/rule_value.html"

    class Media:
        js: ClassVar = ["access/rule_builder.js"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["variables"] = list(VARIABLES.items())
        context["check_url"] = reverse_lazy("admin:access_datarule_check")
        return context


class DataRuleForm(forms.ModelForm[DataRule]):
    """A rule, built of what there is to choose from."""

    model = forms.ChoiceField(label=_("model"), widget=UnfoldAdminSelectWidget())
    column = forms.ChoiceField(label=_("column"), widget=UnfoldAdminSelectWidget())
    value = forms.CharField(label=_("value"), max_length=256, widget=ValueWidget())

    class Meta:
        model = DataRule
        fields = ("name", "model", "column", "expression", "value", "operator")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "model" not in self.fields:  # somebody who may only look
            return
        names = [(name, model_label(name)) for name in models_offered()]
        self.fields["model"].choices = names  # type: ignore[attr-defined] # a choice field
        self.fields["column"].choices = [  # type: ignore[attr-defined] # a choice field
            (label, list(columns_of(name).items())) for name, label in names
        ]


@admin.register(DataRule)
class DataRuleAdmin(ConsoleModelAdmin):
    resource = "data:rule"
    icon = "rule"
    place = 3
    form = DataRuleForm
    refusal_fields: ClassVar = {RuleNameTakenError.reason: "name"}
    list_display = ("name", "of_model", "comparison", "joined", "scope_count")
    list_filter = ("model", "expression", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("name", "model", "column", "value")
    search_help_text = _("Name, model, column or value")
    fieldsets = (
        (None, {"fields": ("name",)}),
        (_("comparison"), {"fields": (("model", "column"), ("expression", "value"), "operator")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataRule]:
        found: QuerySet[DataRule] = super().get_queryset(request)
        return found.annotate(scope_number=Count("scopes"))

    def get_urls(self) -> list[Any]:
        check = self.admin_site.admin_view(self.try_out)
        urls: list[Any] = super().get_urls()
        return [path("check/", check, name="access_datarule_check"), *urls]

    def try_out(self, request: HttpRequest) -> JsonResponse:
        """Tell whether a rule could be evaluated, before it is saved."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        given = {name: request.GET.get(name, "") for name in ("model", "column", "value")}
        expression = request.GET.get("expression", "")
        known = {str(number) for number in Expression.values}
        if expression not in known:
            return JsonResponse({"is_valid": False, "text": _("Choose an expression.")})
        try:
            rule_check(rule=DataRule(expression=int(expression), **given))
        except InvalidInputError as error:
            return JsonResponse({"is_valid": False, "text": str(error)})
        return JsonResponse({"is_valid": True, "text": _("The value fits the column.")})

    @admin.display(description=_("model"), ordering="model")
    def of_model(self, rule: DataRule) -> str:
        return model_label(rule.model)

    @admin.display(description=_("comparison"))
    def comparison(self, rule: DataRule) -> SafeString:
        return chips([rule.column, rule.get_expression_display(), rule.value], tone="quiet")

    @admin.display(description=_("joined by"), ordering="operator")
    def joined(self, rule: DataRule) -> SafeString:
        tone = "good" if rule.operator == Operator.AND else "warm"
        return chips([rule.get_operator_display()], tone=tone)

    @admin.display(description=_("scopes"), ordering="scope_number")
    def scope_count(self, rule: Any) -> int:
        count: int = rule.scope_number
        return count

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> DataRule:
        return rule_create(**data)

    def save_changed(
        self, request: HttpRequest, instance: DataRule, data: dict[str, Any]
    ) -> DataRule:
        return rule_update(actor=request.user, rule=instance, **data)

    def remove(self, request: HttpRequest, instances: list[DataRule]) -> None:
        rules_delete(actor=request.user, rules=instances)


def model_label(name: str) -> str:
    """Return what people call a model that rules name; the name itself for one that is gone."""
    if name == ALL_MODELS:
        return str(_("All models"))
    model = scoped_models().get(name)
    return capfirst(str(model._meta.verbose_name_plural)) if model else name
