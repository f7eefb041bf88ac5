"""The organization's pages of the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.console import (
    BinMixin,
    ConsoleModelAdmin,
    SwitchMixin,
    TreeChoiceField,
    TreeModelAdmin,
    state_chip,
)
from apps.core.console.exports import ExportMixin
from apps.organization import services
from apps.organization.errors import (
    DepartmentCycleError,
    DepartmentNameTakenError,
    DepartmentParentGoneError,
    PositionCodeTakenError,
    PositionNameTakenError,
)
from apps.organization.models import Department, Position

PEOPLE = Count("users", filter=Q(users__deleted_at=None))
"""Users in the bin do not count."""


@admin.register(Department)
class DepartmentAdmin(SwitchMixin, BinMixin, TreeModelAdmin):
    resource = "sys:dept"
    icon = "account_tree"
    refusal_fields: ClassVar = {
        DepartmentNameTakenError.reason: "name",
        DepartmentCycleError.reason: "parent",
        DepartmentParentGoneError.reason: "parent",
    }
    restore_fields = ("name", "parent")
    bin_links = ("users", "children")
    list_display = ("tree_cell", "leader", "phone", "email", "people", "sort", "state")
    list_filter = ("is_active", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("name", "leader", "phone", "email")
    search_help_text = _("Name, leader, phone or e-mail")
    fieldsets = (
        (None, {"fields": ("name", "parent", ("sort", "is_active"))}),
        (_("contact"), {"fields": ("leader", ("phone", "email"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        found: QuerySet[Department] = super().get_queryset(request)
        return found.annotate(people_count=PEOPLE)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = self.get_field_queryset(None, db_field, request)
        return TreeChoiceField(
            rows,
            label=_("above"),
            required=False,
            empty_label=_("at the top"),
            widget=UnfoldAdminSelectWidget(),
        )

    @admin.display(description=_("people"))
    def people(self, department: Any) -> int:
        count: int = department.people_count
        return count

    @admin.display(description=_("state"))
    def state(self, department: Department) -> SafeString:
        return state_chip(department.is_active)

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> Department:
        return services.department_create(**data)

    def save_changed(
        self, request: HttpRequest, instance: Department, data: dict[str, Any]
    ) -> Department:
        return services.department_update(department=instance, **data)

    def remove(self, request: HttpRequest, instances: list[Department]) -> None:
        for department in instances:
            services.department_delete(department=department)

    def bring_back(self, request: HttpRequest, instance: Department, data: dict[str, Any]) -> None:
        services.department_restore(department=instance, **data)

    def remove_for_good(self, request: HttpRequest, instances: list[Department]) -> None:
        services.departments_purge(departments=instances)

    def switch(self, request: HttpRequest, instances: list[Department], *, is_active: bool) -> int:
        return services.departments_set_active(
            actor=request.user, departments=instances, is_active=is_active
        )


@admin.register(Position)
class PositionAdmin(SwitchMixin, BinMixin, ExportMixin, ConsoleModelAdmin):
    actions_list = ("export", "recycle_bin")
    export_row = "apps.organization.api.serializers.PositionRow"
    resource = "sys:position"
    icon = "badge"
    place = 1
    refusal_fields: ClassVar = {
        PositionNameTakenError.reason: "name",
        PositionCodeTakenError.reason: "code",
    }
    restore_fields = ("name", "code")
    bin_links = ("users",)
    list_display = ("name", "code", "people", "sort", "state")
    list_filter = ("is_active", ("created_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("name", "code")
    search_help_text = _("Name or code")
    fields = (("name", "code"), ("sort", "is_active"), "remark")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Position]:
        found: QuerySet[Position] = super().get_queryset(request)
        return found.annotate(people_count=PEOPLE)

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, position: Any) -> int:
        count: int = position.people_count
        return count

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, position: Position) -> SafeString:
        return state_chip(position.is_active)

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> Position:
        return services.position_create(**data)

    def save_changed(
        self, request: HttpRequest, instance: Position, data: dict[str, Any]
    ) -> Position:
        return services.position_update(position=instance, **data)

    def remove(self, request: HttpRequest, instances: list[Position]) -> None:
        services.positions_delete(positions=instances)

    def bring_back(self, request: HttpRequest, instance: Position, data: dict[str, Any]) -> None:
        services.position_restore(position=instance, **data)

    def remove_for_good(self, request: HttpRequest, instances: list[Position]) -> None:
        services.positions_purge(positions=instances)

    def switch(self, request: HttpRequest, instances: list[Position], *, is_active: bool) -> int:
        return services.positions_set_active(positions=instances, is_active=is_active)
