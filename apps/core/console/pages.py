"""The base of the console's pages: permission by code, rows by visibility, writes by services.

It stands in core because every app and plugin has an `admin.py`, and the site itself stands above
them all. A page names its `resource`; what it shows, offers and accepts follows from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models, transaction
from django.db.models import QuerySet
from django.forms import BaseModelForm, Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action
from unfold.views import ChangeList

from apps.core.errors import DomainError, NotFoundError
from apps.core.visibility import Act, act_of, may, verify_visible, visible_to


class ConsoleChangeList(ChangeList):  # type: ignore[misc] # unfold has no types
    """Counts the rows that are looked for, and all rows only where that is the same."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class ConsoleModelAdmin(ModelAdmin):  # type: ignore[misc] # unfold has no types
    """A page of the console for one model.

    Attributes:
        resource: The guard's resource whose codes open the page: `sys:role`. Without one only
            superusers see it.
        icon: A name from Material Symbols, for the sidebar.
        place: Where it stands in its group of the sidebar.
        label: What the sidebar calls it; where empty, the label of the menu entry of its resource,
            or the name of its model.
        refusal_fields: The form field that a refusal is about, by its reason, or by the name that
            the wire has for the field.
        live_topic: A topic that tells of the rows. With `list_before_template =
            "console/changed.html"` the list says that it has changed.
    """

    resource: ClassVar[str] = ""
    icon: ClassVar[str] = "table_rows"
    place: ClassVar[int] = 0
    live_topic: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    refusal_fields: ClassVar[Mapping[str, str]] = {}

    list_per_page = 25
    list_max_show_all = 0
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    list_fullwidth = True

    def holds(self, request: HttpRequest, verb: str) -> bool:
        """Tell whether the user holds the code of a verb: `add`, `password:reset`."""
        user = request.user
        if not user.is_active:  # a stranger, too
            return False
        if not self.resource:
            return bool(user.is_superuser)
        return user.has_perm(f"{self.resource}:{verb}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.holds(request, "list")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.holds(request, "list")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.holds(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        held = self.holds(request, "list") and self.holds(request, "edit")
        return held and self._finds(request, obj, Act.CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        held = self.holds(request, "list") and self.holds(request, "del")
        return held and self._finds(request, obj, Act.DELETE)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ConsoleChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the page; once something is sent, those that may be changed.

        What forms choose from is looked at only.
        """
        is_choosing = getattr(request, "is_choosing", False)
        act = Act.VIEW if is_choosing or act_of(request.method) is Act.VIEW else Act.CHANGE
        rows = super().get_queryset(request)
        found: QuerySet[Any] = visible_to(rows, request.user, act=act)
        return found

    def _finds(self, request: HttpRequest, obj: Any, act: Act) -> bool:
        """Tell whether the user may act on the row, asking once in a request."""
        if obj is None or obj.pk is None or request.user.is_superuser:
            return True
        known = vars(request).setdefault("acts_found", {})
        key = (type(obj), obj.pk, act)
        if key not in known:
            known[key] = may(obj, request.user, act)
        found: bool = known[key]
        return found

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        """Offer the rows that the page of the other model shows; they are all that is accepted."""
        return visible_choices(db_field.remote_field.model, self.admin_site, request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        if isinstance(db_field, models.TextField):
            field.widget.attrs["rows"] = 3
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # one page does one thing
        return field

    def visible_object(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row that a path names.

        Raises:
            Http404: No such row, or none that the user may see.
        """
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        return found

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        """Make the row; the default is one plain row and its links."""
        return _save_plain(self.model(), data)

    def save_changed(self, request: HttpRequest, instance: Any, data: dict[str, Any]) -> Any:
        """Change the row; the default is one plain row and its links."""
        return _save_plain(instance, data)

    def remove(self, request: HttpRequest, instances: list[Any]) -> None:
        """Delete the rows; the default deletes them from their table."""
        for instance in instances:
            instance.delete()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        if change:
            # `obj` has the new values already; a service compares them with the old ones.
            everything = self.model._default_manager.all()
            rows = visible_to(everything, request.user, act=Act.CHANGE)
            stored = rows.select_for_update().get(pk=obj.pk)
            saved = self.save_changed(request, stored, form.cleaned_data)
        else:
            saved = self.save_new(request, form.cleaned_data)
        obj.pk = saved.pk
        verify_visible(saved, request.user)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Iterable[Any],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save the inlines only; links are written by the hooks above."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            found = list(visible_to(queryset, request.user, act=Act.DELETE))
            if len(found) != queryset.count():
                raise NotFoundError
            self.remove(request, found)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """List what was chosen; what hangs on it is the service's business."""
        names = [str(obj) for obj in objs]
        options = self.opts
        plural = options.verbose_name if len(names) == 1 else options.verbose_name_plural
        lacking = set() if self.has_delete_permission(request) else {options.verbose_name}
        return names, {plural: len(names)}, lacking, []

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: DomainError | None = getattr(request, "refused_write", None)
        return form if refusal is None else _refusing(form, refusal, self.refusal_fields)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form; what a service refuses is shown in it, with everything that was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            if request.method != "POST":
                raise
            request.refused_write = refusal  # type: ignore[attr-defined] # read by get_form
        return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the list; an action that a service refuses changes nothing and says why."""
        try:
            return super().changelist_view(request, extra_context)
        except DomainError as refusal:
            return self.refuse(request, refusal, request.get_full_path())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Ask, then delete; what a service refuses stays and the message says why."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as refusal:
            return self.refuse(request, refusal, self.url("change", object_id))

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> Any:
        """Ask without the scripts of the list, which miss the catalogue that they need here."""
        answer = super().render_delete_form(request, context)
        answer.context_data["media"] = ""
        return answer

    def refuse(self, request: HttpRequest, refusal: DomainError, url: str) -> HttpResponse:
        """Say why nothing was done, on the page at `url`."""
        messages.error(request, str(refusal))
        return HttpResponseRedirect(url)

    def url(self, page: str, *args: Any) -> str:
        """Return the address of one of this model's pages: `changelist`, `change`."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=args)

    def back(self, request: HttpRequest, message: str, url: str) -> HttpResponse:
        """End an action: say what was done, on the page at `url` (also out of a dialog)."""
        messages.success(request, message)
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    def ask(
        self, request: HttpRequest, queryset: QuerySet[Any], *, title: Any, text: Any, action: str
    ) -> TemplateResponse:
        """Ask before an action on chosen rows; the answer comes back with `confirmed` set."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "text": text,
            "action": action,
            "rows": queryset,
            "opts": self.opts,
            "back_url": self.url("changelist"),
        }
        return TemplateResponse(request, "console/confirm_action.html", context)


class VisibleRelatedFilter(RelatedDropdownFilter):  # type: ignore[misc] # unfold has no types
    """A filter by another model that offers only the rows that the user may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        found = visible_choices(field.remote_field.model, model_admin.admin_site, request)
        return [(row.pk, str(row)) for row in found]

    def has_output(self) -> bool:
        return RelatedFieldListFilter.has_output(self)


def visible_choices(model: type[models.Model], site: Any, request: HttpRequest) -> QuerySet[Any]:
    """Return the rows of a model that a form may offer to the user."""
    page = site._registry.get(model)  # noqa: SLF001 - the admin has no other list
    if page is not None:
        request.is_choosing = True  # type: ignore[attr-defined] # read by get_queryset
        try:
            found: QuerySet[Any] = page.get_queryset(request)
        finally:
            request.is_choosing = False  # type: ignore[attr-defined]
        return found
    return visible_to(model._default_manager.all(), request.user)


def dialog_action(
    dialog: Mapping[str, Any], *, description: Any, permissions: Sequence[str], icon: str
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a method of a page an action on one row that asks in a dialog first.

    The method gets the request, the dialog's valid form and `object_id`; what a service refuses is
    shown in the dialog.

    Args:
        dialog: `title`, `description`, `form_class` and `form_submit_text`.
        description: What its link says.
        permissions: The names in `has_…_permission`; all of them are asked.
        icon: A name from Material Symbols.
    """

    def decorate(method: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(method)
        def answer(page: Any, request: HttpRequest, form: Form, **kwargs: Any) -> HttpResponse:
            try:
                with transaction.atomic():
                    return method(page, request, form, **kwargs)
            except DomainError as refusal:
                _add_refusal(form, refusal, page.refusal_fields)
            context = {
                "dialog": dialog,
                "form": form,
                "form_submit_text": dialog.get("form_submit_text", ""),
            }
            return render(request, "unfold/helpers/dialog.html", context)

        made: Callable[..., HttpResponse] = action(
            answer, description=description, permissions=permissions, icon=icon, dialog=dialog
        )
        return made

    return decorate


def _save_plain(instance: Any, data: dict[str, Any]) -> Any:
    links = {field.name for field in instance._meta.many_to_many} & data.keys()
    for name in data.keys() - links:
        setattr(instance, name, data[name])
    instance.save()
    for name in links:
        getattr(instance, name).set(data[name])
    return instance


def _refusing(
    form: type[BaseModelForm[Any]], refusal: DomainError, fields: Mapping[str, str]
) -> type[BaseModelForm[Any]]:
    """Return the form, made to show that a service refused what it holds."""

    def clean(self: Any) -> Any:
        cleaned = form.clean(self)
        _add_refusal(self, refusal, fields)
        return cleaned

    made: type[BaseModelForm[Any]] = type(form)(form.__name__, (form,), {"clean": clean})  # type: ignore[misc] # a metaclass
    return made


def _add_refusal(form: Any, refusal: DomainError, fields: Mapping[str, str]) -> None:
    about = getattr(refusal, "field", refusal.reason)
    name = fields.get(about, about)
    form.add_error(name if name in form.fields else None, str(refusal))
