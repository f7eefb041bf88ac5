"""Menus in the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from apps.access.admin.trees import declared_labels
from apps.access.choices import MenuKind
from apps.access.constants import BUILTIN_COLUMNS
from apps.access.errors import MenuCycleError, MenuNameTakenError, MenuTitleTakenError
from apps.access.models import Menu
from apps.access.services.menus import (
    menu_create,
    menu_delete,
    menu_update,
    menus_set_active,
)
from apps.core.console import SwitchMixin, TreeChoiceField, TreeModelAdmin, chips, state_chip

NO_FORM = "typeof kind === 'undefined'"
"""Where the kind cannot be changed, the page has no variable for it."""

NO_BUTTON = f"{NO_FORM} || kind != {int(MenuKind.BUTTON)}"
TONES = {MenuKind.DIRECTORY: "warm", MenuKind.PAGE: "", MenuKind.BUTTON: "quiet"}


@admin.register(Menu)
class MenuAdmin(SwitchMixin, TreeModelAdmin):
    resource = "sys:menu"
    icon = "menu_open"
    place = 1
    tree_name = "title"
    refusal_fields: ClassVar = {
        MenuNameTakenError.reason: "name",
        MenuTitleTakenError.reason: "title",
        MenuCycleError.reason: "parent",
        "parent_id": "parent",
        "type": "kind",
    }
    list_display = ("tree_cell", "key", "sort_of_entry", "codes", "path", "sort", "state")
    list_filter = ("kind", "is_active")
    search_fields = ("title", "name", "perms", "path")
    search_help_text = _("Title, name, code or path")
    fieldsets = (
        (None, {"fields": (("title", "name"), ("kind", "parent"), ("sort", "icon"))}),
        (_("target"), {"fields": (("path", "component"), "link")}),
        (_("permissions"), {"fields": ("perms",)}),
        (_("state"), {"fields": (("is_active", "is_displayed", "is_cached"), "remark")}),
    )
    conditional_fields: ClassVar = {
        "path": NO_BUTTON,
        "component": NO_BUTTON,
        "link": f"{NO_FORM} || kind == {int(MenuKind.EMBEDDED)} || kind == {int(MenuKind.LINK)}",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Menu]:
        found: QuerySet[Menu] = super().get_queryset(request)
        return found.filter(is_retired=False)

    def arranged(self, request: HttpRequest) -> QuerySet[Menu]:
        found: QuerySet[Menu] = super().arranged(request)
        return found.exclude(kind=MenuKind.BUTTON)

    def get_readonly_fields(self, request: HttpRequest, obj: Menu | None = None) -> Any:
        """Leave to people what they may change in an entry that the platform declares."""
        return (*BUILTIN_COLUMNS, "perms") if obj is not None and obj.is_builtin else ()

    def has_delete_permission(self, request: HttpRequest, obj: Menu | None = None) -> bool:
        may: bool = super().has_delete_permission(request, obj)
        return may and not (obj is not None and obj.is_builtin)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = self.get_field_queryset(None, db_field, request)
        return TreeChoiceField(
            rows.exclude(kind=MenuKind.BUTTON),
            tree_name="title",
            label=_("above"),
            required=False,
            empty_label=_("at the top"),
            widget=UnfoldAdminSelectWidget(),
        )

    def tree_title(self, row: Menu) -> str:
        return capfirst(str(declared_labels().get(row.name, row.title)))

    @admin.display(description=_("title"))
    def key(self, menu: Menu) -> SafeString:
        """Return the title as it is stored: a key of the front end, or plain text."""
        key = "" if menu.kind == MenuKind.BUTTON else menu.title
        return format_html('<span class="at-mono at-quiet">{}</span>', key)

    @admin.display(description=_("kind"))
    def sort_of_entry(self, menu: Menu) -> SafeString:
        kind = MenuKind(menu.kind)
        return chips([str(kind.label)], tone=TONES.get(kind, "good"))

    @admin.display(description=_("codes"))
    def codes(self, menu: Menu) -> SafeString:
        return chips((code for code in menu.perms.split(",") if code), tone="quiet")

    @admin.display(description=_("state"))
    def state(self, menu: Menu) -> SafeString:
        return state_chip(menu.is_active)

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> Menu:
        return menu_create(actor=request.user, **data)

    def save_changed(self, request: HttpRequest, instance: Menu, data: dict[str, Any]) -> Menu:
        return menu_update(actor=request.user, menu=instance, **data)

    def switch(self, request: HttpRequest, instances: list[Menu], *, is_active: bool) -> int:
        return menus_set_active(actor=request.user, menus=instances, is_active=is_active)

    def remove(self, request: HttpRequest, instances: list[Menu]) -> None:
        for menu in instances:
            menu_delete(actor=request.user, menu=menu)
