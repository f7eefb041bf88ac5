"""A page on which a tree is arranged: rows are dragged, or moved by buttons, to another place."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from apps.core.console.pages import ConsoleModelAdmin
from apps.core.errors import DomainError
from apps.core.trees import nest
from apps.core.visibility import verify_visible


class ArrangeMixin(ConsoleModelAdmin):
    """Adds `arrange/` to a page for a model with `parent` and `sort`."""

    tree_name: str

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_arrange"
        own = path("arrange/", self.admin_site.admin_view(self.arrange), name=name)
        return [own, *super().get_urls()]

    def arranged(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that can be arranged."""
        found: QuerySet[Any] = self.get_queryset(request).order_by(*self.opts.ordering)
        return found

    def tree_title(self, row: Any) -> str:
        """Return what the row is called."""
        return str(getattr(row, self.tree_name))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if self.has_change_permission(request):
            extra_context = {"arrange_url": self.url("arrange"), **(extra_context or {})}
        return super().changelist_view(request, extra_context)

    def arrange(self, request: HttpRequest) -> HttpResponse:
        """Show the tree; on POST, put one row below `parent` (empty for the top) at `position`."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._moved(request)
        rows = [
            {"id": row.pk, "parent_id": row.parent_id, "name": self.tree_title(row)}
            for row in self.arranged(request)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Arrange the %(names)s") % {"names": self.opts.verbose_name_plural},
            "opts": self.opts,
            "roots": nest(rows, leaf_has_key=False),
            "back_url": self.url("changelist"),
        }
        return TemplateResponse(request, "console/arrange.html", context)

    def _moved(self, request: HttpRequest) -> HttpResponse:
        try:
            above, position = request.POST.get("parent", ""), int(request.POST["position"])
            row = self.visible_object(request, request.POST["row"])
            parent = self.visible_object(request, above) if above else None
            with transaction.atomic():
                self._move(request, row, parent, position)
        except DomainError as refusal:
            return JsonResponse({"message": str(refusal)}, status=refusal.status)
        except (KeyError, ValueError):
            return JsonResponse({"message": _("The input is invalid.")}, status=422)
        return JsonResponse({"message": _("%(name)s was moved.") % {"name": self.tree_title(row)}})

    def _move(self, request: HttpRequest, row: Any, parent: Any, position: int) -> None:
        siblings = list(self.arranged(request).filter(parent=parent).exclude(pk=row.pk))
        siblings.insert(max(position, 0), row)
        for number, sibling in enumerate(siblings):
            if sibling is row:
                self.save_changed(request, row, {"parent": parent, "sort": number})
            elif sibling.sort != number:
                self.save_changed(request, sibling, {"sort": number})
        verify_visible(row, request.user)
