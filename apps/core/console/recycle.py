"""The recycle bin of a page: what was deleted, to restore or to delete for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from apps.core.console.pages import ConsoleModelAdmin
from apps.core.errors import DomainError, InUseError
from apps.core.picks import locked
from apps.core.visibility import Act, verify_visible, visible_to

ROWS_PER_PAGE = 25
MAX_NAMED = 100
"""Rows that the question before a purge names; of more it says how many."""


class BinMixin(ConsoleModelAdmin):
    """Adds `bin/` to a page whose model is a `BinnedModel`, and a button that leads there.

    Attributes:
        restore_fields: What may be chosen anew where a row cannot be restored as it was.
        bin_links: Relations that are lost with a row that is purged; they are counted.
    """

    actions_list: tuple[str, ...] = ("recycle_bin",)
    delete_confirmation_template = "console/bin_delete.html"
    delete_selected_confirmation_template = "console/bin_delete_selected.html"
    restore_fields: ClassVar[tuple[str, ...]] = ()
    bin_links: ClassVar[tuple[str, ...]] = ()

    def bring_back(self, request: HttpRequest, instance: Any, data: dict[str, Any]) -> None:
        """Restore the row, with other columns where they are given; calls a service."""
        raise NotImplementedError

    def remove_for_good(self, request: HttpRequest, instances: list[Any]) -> None:
        """Purge the rows; calls a service."""
        raise NotImplementedError

    def has_bin_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may see what is in the bin."""
        return self.holds(request, "bin")

    def binned(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows in the bin that the user may see, those deleted last first."""
        act = Act.VIEW if request.method == "GET" else Act.DELETE
        return visible_to(self.model.bin.all(), request.user, act=act)

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=gettext_lazy("Recycle bin"),
        url_path="bin/",
        permissions=["bin"],
        icon="delete",
    )
    def recycle_bin(self, request: HttpRequest) -> HttpResponse:
        """Show the bin; on POST, restore a row, or purge the chosen ones after a question."""
        if request.method != "POST":
            return self._listed(request)
        verb = request.POST.get("action", "")
        if verb not in {"restore", "purge", "purge_all"}:
            raise Http404
        if not self.holds(request, verb.removesuffix("_all")):
            raise PermissionDenied
        with transaction.atomic():
            rows = self._chosen(request, is_all=verb == "purge_all")
            return (
                self._restored(request, rows) if verb == "restore" else self._purged(request, rows)
            )

    def _chosen(self, request: HttpRequest, *, is_all: bool) -> list[Any]:
        rows = self.binned(request)
        if is_all:
            until = _moment(request.POST.get("until", "")) or timezone.now()
            rows = rows.filter(deleted_at__lte=until)  # what came later was not asked about
        else:
            pks = [int(pk) for pk in request.POST.getlist("row") if pk.isascii() and pk.isdigit()]
            rows = rows.filter(pk__in=pks)
        return list(locked(rows).order_by("pk"))

    def _listed(self, request: HttpRequest) -> HttpResponse:
        found, text = self.binned(request), request.GET.get("q", "").strip()
        if text:
            found, _may_repeat = self.get_search_results(request, found, text)
        page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("p"))
        days = settings.ATRIUM.bin_days
        for row in page.object_list:
            row.purged_at = row.deleted_at + timedelta(days=days) if days else None
        return self._page(
            request, "console/bin.html", page=page, text=text, days=days, kinds=self._kinds(request)
        )

    def _kinds(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return the bins that the user may see, with how much is in each."""
        return [
            {
                "title": capfirst(str(page.opts.verbose_name_plural)),
                "icon": page.icon,
                "link": page.url("recycle_bin"),
                "count": page.binned(request).count(),
                "is_current": page is self,
            }
            for page in self.admin_site._registry.values()  # noqa: SLF001 - the admin has no other list
            if isinstance(page, BinMixin) and page.has_bin_permission(request)
        ]

    def _restored(self, request: HttpRequest, rows: list[Any]) -> HttpResponse:
        """Restore a row; where something is in the way, ask for what it is to have instead."""
        if len(rows) != 1:
            return self._missed(request)
        name, form, refusal = str(rows[0]), self._restore_form(request, rows[0]), None
        if form.is_valid() or not form.is_bound:
            changes = (
                {key: form.cleaned_data[key] for key in form.changed_data} if form.is_bound else {}
            )
            try:
                with transaction.atomic():
                    self.bring_back(request, rows[0], changes)
                    verify_visible(rows[0], request.user)
            except DomainError as raised:
                refusal = raised
            else:
                messages.success(request, _("%(name)s is back.") % {"name": name})
                return HttpResponseRedirect(self.url("recycle_bin"))
        if refusal is not None and refusal.reason not in self.refusal_fields:
            return self.refuse(request, refusal, self.url("recycle_bin"))
        told = {"row": rows[0], "name": name, "form": form, "refusal": refusal}
        return self._page(request, "console/bin_restore.html", **told)

    def _restore_form(self, request: HttpRequest, row: Any) -> forms.Form:
        columns = [self.opts.get_field(name) for name in self.restore_fields]
        fields = {column.name: self.formfield_for_dbfield(column, request) for column in columns}
        form: forms.Form = type("RestoreForm", (forms.Form,), fields)(
            request.POST if "changed" in request.POST else None,
            initial={column.name: column.value_from_object(row) for column in columns},
        )
        return form

    def _purged(self, request: HttpRequest, rows: list[Any]) -> HttpResponse:
        if not rows:
            return self._missed(request)
        if not request.POST.get("confirmed"):
            lost = self._lost_with(rows)
            told = {
                "rows": [(row, lost[row.pk]) for row in rows[:MAX_NAMED]],
                "total": len(rows),
                "rest": max(0, len(rows) - MAX_NAMED),
                "action": request.POST["action"],
                "until": timezone.now().isoformat(),
            }
            return self._page(request, "console/bin_purge.html", **told)
        try:
            with transaction.atomic():
                self.remove_for_good(request, rows)
        except ProtectedError:
            return self.refuse(request, InUseError(), self.url("recycle_bin"))
        except DomainError as refusal:
            return self.refuse(request, refusal, self.url("recycle_bin"))
        text = ngettext("%(n)s row is gone for good.", "%(n)s rows are gone for good.", len(rows))
        messages.success(request, text % {"n": len(rows)})
        return HttpResponseRedirect(self.url("recycle_bin"))

    def _lost_with(self, rows: Iterable[Any]) -> dict[int, str]:
        """Return what hangs on each row, counted: one query for each relation."""
        found: dict[int, list[str]] = defaultdict(list)
        mine = self.model._base_manager.filter(pk__in=[row.pk for row in rows])
        for link in self.bin_links:
            label = self.opts.get_field(link).related_model._meta.verbose_name_plural
            counted = mine.order_by().values_list("pk").annotate(times=Count(link))
            for pk, times in counted:
                if times:
                    found[pk].append(f"{label}: {times}")
        return defaultdict(str, {pk: ", ".join(parts) for pk, parts in found.items()})

    def _missed(self, request: HttpRequest) -> HttpResponse:
        messages.warning(request, _("Choose what is in the bin; it may have been taken meanwhile."))
        return HttpResponseRedirect(self.url("recycle_bin"))

    def _page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        told = {
            **self.admin_site.each_context(request),
            "title": _("Recycle bin"),
            "opts": self.opts,
            "bin_url": self.url("recycle_bin"),
            "may_restore": self.holds(request, "restore"),
            "may_purge": self.holds(request, "purge"),
            **context,
        }
        return TemplateResponse(request, template, told)


def _moment(text: str) -> datetime | None:
    """Return the moment that a form brought back; None for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
