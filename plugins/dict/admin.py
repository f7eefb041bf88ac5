"""The console's pages of dictionaries."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from apps.core.console import (
    ConsoleModelAdmin,
    SwitchMixin,
    VisibleRelatedFilter,
    chips,
    state_chip,
)
from plugins.dict import services
from plugins.dict.errors import DictCodeTakenError, DictLabelTakenError
from plugins.dict.models import DictData, DictType

TONES = {
    **dict.fromkeys(("success", "green", "lime"), "good"),
    **dict.fromkeys(("error", "red", "volcano", "magenta"), "bad"),
    **dict.fromkeys(("warning", "gold", "orange"), "warm"),
    **dict.fromkeys(("default", ""), "quiet"),
}
"""The colours of the front end's tags, as the console has them; any other is our own."""


class DictDataInline(TabularInline):  # type: ignore[misc] # unfold has no types
    """The entries of a dictionary, below it; each operation needs the code of an entry."""

    model = DictData
    fields = ("label", "value", "color", "sort", "is_active")
    extra = 0
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("dict:data:list")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("dict:data:add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("dict:data:edit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("dict:data:del")


@admin.register(DictType)
class DictTypeAdmin(ConsoleModelAdmin):
    resource = "dict:type"
    icon = "menu_book"
    refusal_fields: ClassVar = {DictCodeTakenError.reason: "code"}
    list_display = ("name", "code", "entries", "remark")
    search_fields = ("name", "code", "remark")
    search_help_text = _("Name, code or remark")
    fields = (("name", "code"), "remark")
    inlines = (DictDataInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DictType]:
        found: QuerySet[DictType] = super().get_queryset(request)
        return found.annotate(entry_count=Count("entries"))

    @admin.display(description=_("entries"), ordering="entry_count")
    def entries(self, dict_type: Any) -> int:
        count: int = dict_type.entry_count
        return count

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> DictType:
        return services.dict_type_save(dict_type=DictType(), **data)

    def save_changed(
        self, request: HttpRequest, instance: DictType, data: dict[str, Any]
    ) -> DictType:
        return services.dict_type_save(dict_type=instance, **data)

    def remove(self, request: HttpRequest, instances: list[DictType]) -> None:
        services.dict_types_delete(dict_types=instances)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Write the entries through their services; the formset makes the list of them."""
        changed = formset.save(commit=False)
        services.dict_data_delete(dict_data=formset.deleted_objects)
        for entry in changed:
            services.dict_data_save(dict_data=entry)


@admin.register(DictData)
class DictDataAdmin(SwitchMixin, ConsoleModelAdmin):
    resource = "dict:data"
    icon = "label"
    refusal_fields: ClassVar = {DictLabelTakenError.reason: "label"}
    list_display = ("shown", "value", "type", "color", "sort", "state")
    list_filter = (("type", VisibleRelatedFilter), "is_active")
    list_select_related = ("type",)
    search_fields = ("label", "value", "type__name", "type__code")
    search_help_text = _("Label, value or dictionary")
    ordering = ("type", "sort", "pk")
    fields = ("type", ("label", "value"), ("color", "sort"), "is_active", "remark")

    @admin.display(description=_("label"), ordering="label")
    def shown(self, entry: DictData) -> SafeString:
        return chips([entry.label], tone=TONES.get(entry.color, ""))

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, entry: DictData) -> SafeString:
        return state_chip(entry.is_active)

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> DictData:
        return services.dict_data_save(dict_data=DictData(), **data)

    def save_changed(
        self, request: HttpRequest, instance: DictData, data: dict[str, Any]
    ) -> DictData:
        return services.dict_data_save(dict_data=instance, **data)

    def remove(self, request: HttpRequest, instances: list[DictData]) -> None:
        services.dict_data_delete(dict_data=instances)

    def switch(self, request: HttpRequest, instances: list[DictData], *, is_active: bool) -> int:
        return services.dict_data_set_active(dict_data=instances, is_active=is_active)
