"""Switching rows on and off, alone or many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


class SwitchMixin:
    """Adds the actions Enable and Disable to a page; the second one asks first.

    A page says in `switch` which service does it.
    """

    actions: tuple[str, ...] = ("enable", "disable")

    def switch(self, request: HttpRequest, instances: list[Any], *, is_active: bool) -> int:
        """Enable or disable the rows; return how many changed."""
        raise NotImplementedError

    @admin.action(description=gettext_lazy("Enable"), permissions=["switch"])
    def enable(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._switch(request, queryset, is_active=True)

    @admin.action(description=gettext_lazy("Disable"), permissions=["switch"])
    def disable(self: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        if request.POST.get("confirmed"):
            self._switch(request, queryset, is_active=False)
            return None
        names = {"names": self.opts.verbose_name_plural}
        answer: HttpResponse = self.ask(
            request,
            queryset,
            title=_("Disable these %(names)s?") % names,
            text=_(
                "What depends on them, and in a tree all that is below them, stops working at once."
                " You can enable them again."
            ),
            action="disable",
        )
        return answer

    def has_switch_permission(self: Any, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may enable and disable rows."""
        may: bool = self.has_change_permission(request, obj)
        return may

    @transaction.atomic
    def _switch(self, request: HttpRequest, queryset: QuerySet[Any], *, is_active: bool) -> None:
        count = self.switch(request, list(queryset), is_active=is_active)
        if is_active:
            text = ngettext("%(n)s row was enabled.", "%(n)s rows were enabled.", count)
        else:
            text = ngettext("%(n)s row was disabled.", "%(n)s rows were disabled.", count)
        messages.success(request, text % {"n": count})
