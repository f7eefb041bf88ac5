"""Single rows shared with single users, in the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.access.choices import LEVELS
from apps.access.errors import GrantExistsError
from apps.access.models import ObjectGrant
from apps.access.selectors.shares import shareable_models
from apps.access.services.shares import grant_create, grants_revoke
from apps.core.console import ConsoleModelAdmin, chips, state_chip
from apps.core.visibility import Act

MAX_PK = 2**63 - 1


class GrantForm(forms.ModelForm[ObjectGrant]):
    """Which row to share, with whom, what for."""

    model = forms.ChoiceField(label=_("A row of"), widget=UnfoldAdminSelectWidget())
    key = forms.IntegerField(
        label=_("with the id"),
        min_value=1,
        max_value=MAX_PK,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    level = forms.ChoiceField(
        label=_("What for"),
        choices=list(LEVELS.items()),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("What may be done at all is decided by the permissions of the user."),
    )

    class Meta:
        model = ObjectGrant
        fields = ("user", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "model" not in self.fields:  # a grant is only looked at
            return
        models: Any = self.fields["model"]
        models.choices = [
            (name, capfirst(str(model._meta.verbose_name_plural)))
            for name, model in shareable_models().items()
        ]


@admin.register(ObjectGrant)
class ObjectGrantAdmin(ConsoleModelAdmin):
    """Grants are made and taken back, never changed."""

    resource = "sys:grant"
    icon = "share"
    place = 4
    form = GrantForm
    fields = ("model", "key", "user", "level", "expires_at")
    autocomplete_fields = ("user",)
    refusal_fields: ClassVar = {
        "expires_time": "expires_at",
        GrantExistsError.reason: "user",
        "core.not_found": "key",
        "access.grant.not_own": "key",
    }
    list_display = ("user", "row", "purpose", "expires_at", "state", "sharer", "created_at")
    list_select_related = ("user", "content_type", "permission")
    list_filter = ("content_type",)
    search_fields = ("user__username", "user__nickname")
    search_help_text = _("User name or nickname")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: ObjectGrant | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def get_fields(self, request: HttpRequest, obj: ObjectGrant | None = None) -> Any:
        """Offer a form for a new one; show the others."""
        if obj is None:
            return self.fields
        return ("user", "row", "purpose", "expires_at", "state", "sharer", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ObjectGrant]:
        found: QuerySet[ObjectGrant] = super().get_queryset(request)
        users = get_user_model()._default_manager.filter(pk=OuterRef("created_by_id"))
        return found.annotate(sharer_name=Subquery(users.values("username")))

    @admin.display(description=_("row"))
    def row(self, grant: ObjectGrant) -> str:
        return f"{capfirst(grant.content_type.name)} {grant.row_id}"

    @admin.display(description=_("what for"))
    def purpose(self, grant: ObjectGrant) -> SafeString:
        return chips([grant.act_name])

    @admin.display(description=_("state"))
    def state(self, grant: ObjectGrant) -> SafeString:
        return state_chip(grant.is_live)

    @admin.display(description=_("shared by"))
    def sharer(self, grant: ObjectGrant) -> str:
        return getattr(grant, "sharer_name", None) or "-"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        super().save_model(request, obj, form, change)
        obj.refresh_from_db()  # the form knows nothing of the columns that the service filled

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> ObjectGrant:
        return grant_create(
            actor=request.user,
            user=data["user"],
            model=data["model"],
            key=data["key"],
            level=Act(data["level"]),
            expires_at=data["expires_at"],
        )

    def remove(self, request: HttpRequest, instances: list[ObjectGrant]) -> None:
        grants_revoke(actor=request.user, grants=instances)
