"""Roles in the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.access.admin.trees import PermissionTreeField
from apps.access.errors import RoleNameTakenError
from apps.access.models import Role
from apps.access.selectors import split_codes
from apps.access.services.held import held_scope_ids
from apps.access.services.roles import (
    role_create,
    role_restore,
    role_set_menus,
    role_set_scopes,
    role_update,
    roles_delete,
    roles_purge,
    roles_set_active,
)
from apps.core.console import (
    BinMixin,
    ConsoleModelAdmin,
    SwitchMixin,
    chips,
    state_chip,
)
from apps.core.console.exports import ExportMixin


class RoleForm(forms.ModelForm[Role]):
    """A role and what it grants."""

    class Meta:
        model = Role
        fields = ("name", "is_active", "is_scoped", "remark", "menus", "scopes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "menus" in self.fields and self.instance.pk:
            kept = set(self.instance.menus.values_list("pk", flat=True))
            self.fields["menus"].widget.kept = kept


@admin.register(Role)
class RoleAdmin(SwitchMixin, BinMixin, ExportMixin, ConsoleModelAdmin):
    actions_list = ("export", "recycle_bin")
    export_row = "apps.access.api.serializers.RoleRow"
    resource = "sys:role"
    icon = "shield_person"
    form = RoleForm
    refusal_fields: ClassVar = {RoleNameTakenError.reason: "name"}
    restore_fields = ("name",)
    bin_links = ("users", "menus", "scopes")
    list_display = ("name", "people", "entries", "view", "remark", "state")
    list_filter = ("is_active", "is_scoped", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("name", "remark")
    search_help_text = _("Name or remark")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        found: QuerySet[Role] = super().get_queryset(request)
        return found.annotate(
            people_count=_count("users", filter=Q(users__deleted_at=None)),
            entry_count=_count("menus"),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Role | None = None) -> Any:
        """Offer what the user may edit; show what they may only see."""
        may_menus = self._may(request, "menu:edit")
        may_scopes = self._may(request, "scope:edit")
        grants = "menus" if may_menus else "granted"
        sets: list[Any] = [
            (None, {"fields": ("name", ("is_active", "is_scoped"), "remark")}),
            (_("permissions"), {"fields": (grants,) if may_menus or obj else ()}),
        ]
        if may_scopes:
            sets.append((_("data scopes"), {"fields": ("scopes",)}))
        return [entry for entry in sets if entry[1]["fields"]]

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> Any:
        return () if self._may(request, "menu:edit") else ("granted",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "menus":
            return PermissionTreeField(actor=request.user, label="")
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        rows = super().get_field_queryset(db, db_field, request)
        if db_field.name == "scopes" and (held := held_scope_ids(actor=request.user)) is not None:
            return rows.filter(pk__in=held)
        return rows

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, role: Any) -> int:
        count: int = role.people_count
        return count

    @admin.display(description=_("menu entries"), ordering="entry_count")
    def entries(self, role: Any) -> int:
        count: int = role.entry_count
        return count

    @admin.display(description=_("sees"))
    def view(self, role: Role) -> str:
        return str(_("its data scopes") if role.is_scoped else _("all rows"))

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, role: Role) -> SafeString:
        return state_chip(role.is_active)

    @admin.display(description=_("codes"))
    def granted(self, role: Role) -> SafeString:
        codes = split_codes(role.menus.present().values_list("perms", flat=True))
        return chips(sorted(codes), tone="quiet")

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> Role:
        columns, menus, scopes = _apart(data)
        role = role_create(actor=request.user, **columns)
        return _fill(request, role, menus, scopes)

    def save_changed(self, request: HttpRequest, instance: Role, data: dict[str, Any]) -> Role:
        columns, menus, scopes = _apart(data)
        role = role_update(actor=request.user, role=instance, **columns)
        return _fill(request, role, menus, scopes)

    def remove(self, request: HttpRequest, instances: list[Role]) -> None:
        roles_delete(actor=request.user, roles=instances)

    def bring_back(self, request: HttpRequest, instance: Role, data: dict[str, Any]) -> None:
        role_restore(actor=request.user, role=instance, **data)

    def remove_for_good(self, request: HttpRequest, instances: list[Role]) -> None:
        roles_purge(actor=request.user, roles=instances)

    def switch(self, request: HttpRequest, instances: list[Role], *, is_active: bool) -> int:
        return roles_set_active(actor=request.user, roles=instances, is_active=is_active)

    def _may(self, request: HttpRequest, verb: str) -> bool:
        may_write = self.has_change_permission(request) or self.has_add_permission(request)
        return may_write and self.holds(request, verb)


def _count(link: str, **options: Any) -> Coalesce:
    """Return how many rows a role is linked to, counted apart so that links do not multiply."""
    rows = Role.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
    return Coalesce(Subquery(rows.annotate(times=Count(link, **options)).values("times")), 0)


def _apart(data: dict[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    columns = dict(data)
    return columns, columns.pop("menus", None), columns.pop("scopes", None)


def _fill(request: HttpRequest, role: Role, menus: Any, scopes: Any) -> Role:
    if menus is not None:
        role_set_menus(actor=request.user, role=role, menus=menus)
    if scopes is not None:
        role_set_scopes(actor=request.user, role=role, scopes=scopes)
    return role
