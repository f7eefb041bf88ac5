"""Data scopes and rules in the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from apps.access.errors import ScopeNameTakenError
from apps.access.models import DataRule, DataScope
from apps.access.selectors.previews import scope_preview
from apps.access.services.scopes import (
    scope_create,
    scope_set_rules,
    scope_update,
    scopes_delete,
    scopes_set_active,
)
from apps.core.console import ConsoleModelAdmin, SwitchMixin, chips, state_chip
from apps.core.visibility import visible_to


class PreviewForm(forms.Form):
    """For whom a scope is tried, by user name."""

    user = forms.CharField(label=_("User name"), max_length=64, widget=UnfoldAdminTextInputWidget())

    def __init__(self, *args: Any, users: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._users = users

    def clean_user(self) -> Any:
        found = self._users.filter(username=self.cleaned_data["user"]).first()
        if found is None:
            raise forms.ValidationError(_("There is no such user."))
        return found


@admin.register(DataScope)
class DataScopeAdmin(SwitchMixin, ConsoleModelAdmin):
    resource = "data:scope"
    icon = "filter_alt"
    place = 2
    refusal_fields: ClassVar = {ScopeNameTakenError.reason: "name"}
    list_display = ("name", "rule_names", "role_names", "state")
    list_filter = ("is_active", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("name",)
    search_help_text = _("Name")
    actions_detail = ("preview",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataScope]:
        found: QuerySet[DataScope] = super().get_queryset(request)
        return found.prefetch_related("rules", "roles")

    def get_fields(self, request: HttpRequest, obj: DataScope | None = None) -> Any:
        """Offer the rules to whoever may choose them, and show them to the others."""
        rules = "rules" if self._may_rules(request) else "rule_names"
        return ("name", "is_active", rules)

    def get_readonly_fields(self, request: HttpRequest, obj: DataScope | None = None) -> Any:
        return () if self._may_rules(request) else ("rule_names",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.label_from_instance = sentence
        field.help_text = _(
            "A row is shown if all rules joined by “and” let it through, or one joined by “or”."
        )
        return field

    @admin.display(description=_("rules"))
    def rule_names(self, scope: DataScope) -> SafeString:
        return chips(rule.name for rule in scope.rules.all())

    @admin.display(description=_("roles"))
    def role_names(self, scope: DataScope) -> SafeString:
        return chips((role.name for role in scope.roles.all()), tone="quiet")

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, scope: DataScope) -> SafeString:
        return state_chip(scope.is_active)

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=_("Try it"), permissions=["view"], icon="preview", url_path="preview"
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Count what a user would see by this scope alone."""
        scope = self.visible_object(request, object_id)
        users = visible_to(get_user_model().objects.all(), request.user)
        form = PreviewForm(request.GET if "user" in request.GET else None, users=users)
        counts = None
        if form.is_valid():
            user = form.cleaned_data["user"]
            counts = scope_preview(scope=scope, user=user, asker=request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try the scope %(name)s") % {"name": scope},
            "opts": self.opts,
            "scope": scope,
            "form": form,
            "counts": counts,
            "back_url": self.url("change", scope.pk),
        }
        return TemplateResponse(request, "access/preview.html", context)

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> DataScope:
        columns = dict(data)
        rules = columns.pop("rules", ())
        scope = scope_create(**columns)
        return scope_set_rules(actor=request.user, scope=scope, rules=rules)

    def save_changed(
        self, request: HttpRequest, instance: DataScope, data: dict[str, Any]
    ) -> DataScope:
        columns = dict(data)
        rules = columns.pop("rules", None)
        scope = scope_update(actor=request.user, scope=instance, **columns)
        if rules is not None:
            scope_set_rules(actor=request.user, scope=scope, rules=rules)
        return scope

    def remove(self, request: HttpRequest, instances: list[DataScope]) -> None:
        scopes_delete(actor=request.user, scopes=instances)

    def switch(self, request: HttpRequest, instances: list[DataScope], *, is_active: bool) -> int:
        return scopes_set_active(actor=request.user, scopes=instances, is_active=is_active)

    def _may_rules(self, request: HttpRequest) -> bool:
        may_write = self.has_change_permission(request) or self.has_add_permission(request)
        return may_write and self.holds(request, "rule:edit")


def sentence(rule: DataRule) -> str:
    """Return a rule in one line: its name and how it is joined."""
    return f"{rule.name} ({rule.get_operator_display()})"
