"""With whom a row is shared: on a page of the row, with a form that shares it with one more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from guardian.ctypes import get_content_type
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.access.choices import LEVELS
from apps.access.errors import GrantExistsError, GrantNotOwnError
from apps.access.models import ObjectGrant
from apps.access.selectors.shares import wire_name
from apps.access.services.shares import grant_create, grants_revoke
from apps.core.errors import DomainError, NotFoundError
from apps.core.picks import picked
from apps.core.visibility import Act, visible_to

MAX_SHOWN = 100
MAX_DIGITS = 19
FIELDS = {"expires_time": "until", GrantExistsError.reason: "user", "level": "level"}
"""The field of the form that a refusal is about."""


class ShareForm(forms.Form):
    """With whom, what for, until when."""

    user = forms.CharField(
        label=gettext_lazy("User name"), max_length=64, widget=UnfoldAdminTextInputWidget()
    )
    level = forms.ChoiceField(
        label=gettext_lazy("What for"),
        choices=list(LEVELS.items()),
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy(
            "What may be done at all is decided by the permissions of the user."
        ),
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("Left empty, it counts until it is taken back."),
    )

    def __init__(self, *args: Any, users: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._users = users

    def clean_user(self) -> Any:
        """Return the user of the name; one out of sight is as unknown as any other."""
        found = self._users.filter(username=self.cleaned_data["user"]).first()
        if found is None:
            raise forms.ValidationError(_("There is no such user."))
        return found


class SharingMixin:
    """Adds “Shared with” to the page of a row: the grants of that row, and adding one to them."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actions_detail = (*(self.actions_detail or ()), "shared_with")

    def has_share_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether somebody may see with whom rows are shared."""
        return request.user.has_perm("sys:grant:list")

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=gettext_lazy("Shared with"),
        permissions=["share"],
        icon="share",
        url_path="shared",
    )
    def shared_with(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show with whom the row is shared; on POST, share it or take it back."""
        row = _row(self.model, request, object_id)
        users = visible_to(get_user_model()._default_manager.all(), request.user, act=Act.CHANGE)
        is_sharing = request.method == "POST" and "take_back" not in request.POST
        form = ShareForm(request.POST if is_sharing else None, users=users)
        address = self.url("shared_with", object_id)
        if request.method == "POST" and (
            _share(request, row, form) if is_sharing else _take_back(request, row)
        ):
            return HttpResponseRedirect(address)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Shared with"),
            "opts": self.opts,
            "row": row,
            "form": form,
            "address": address,
            "back_url": self.url("change", object_id),
            **_shown(request, row, self.admin_site.name),
        }
        return TemplateResponse(request, "access/shared.html", context)


def _row(model: Any, request: HttpRequest, text: str) -> Any:
    """Return the row that a path names.

    Raises:
        Http404: No such row, or none that the user may see.
    """
    is_key = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    rows = visible_to(model._default_manager.all(), request.user)
    found = rows.filter(pk=int(text)).first() if is_key else None
    if found is None:
        raise Http404
    return found


def _grants(request: HttpRequest, row: Any, act: Act = Act.VIEW) -> QuerySet[ObjectGrant]:
    """Return the grants of a row that the user may see; those of users out of sight are not."""
    grants = ObjectGrant.objects.filter(content_type=get_content_type(row), row_id=row.pk)
    found: QuerySet[ObjectGrant] = visible_to(grants, request.user, act=act)
    return found


def _shown(request: HttpRequest, row: Any, site: str) -> dict[str, Any]:
    """Return what the page lists and offers."""
    found = _grants(request, row).select_related("user", "permission", "content_type")
    query = {"content_type__id__exact": get_content_type(row).pk, "row_id__exact": row.pk}
    return {
        "grants": found.order_by("-pk")[:MAX_SHOWN],
        "may_add": request.user.has_perm("sys:grant:add"),
        "may_delete": request.user.has_perm("sys:grant:del"),
        "all_url": f"{reverse(f'{site}:access_objectgrant_changelist')}?{urlencode(query)}",
    }


def _share(request: HttpRequest, row: Any, form: ShareForm) -> bool:
    """Share the row as the form says; what is refused is said in the form."""
    if not request.user.has_perm("sys:grant:add"):
        raise PermissionDenied
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            grant_create(
                actor=request.user,
                user=form.cleaned_data["user"],
                model=wire_name(row._meta.app_label, row._meta.model_name),
                key=row.pk,
                level=Act(form.cleaned_data["level"]),
                expires_at=form.cleaned_data["until"],
            )
    except DomainError as refusal:
        form.add_error(FIELDS.get(getattr(refusal, "field", refusal.reason)), str(refusal))
        return False
    messages.success(request, _("The row is shared."))
    return True


def _take_back(request: HttpRequest, row: Any) -> bool:
    """Take one grant of this row back; why it was not is said above the page."""
    if not request.user.has_perm("sys:grant:del"):
        raise PermissionDenied
    text = request.POST.get("take_back", "")
    keys = [int(text)] if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else [0]
    try:
        with transaction.atomic():
            found = picked(_grants(request, row, Act.DELETE), keys)
            grants_revoke(actor=request.user, grants=found)
    except (NotFoundError, GrantNotOwnError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The row is shared no more."))
    return True
