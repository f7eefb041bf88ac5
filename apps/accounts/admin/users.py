"""Users in the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminSelectWidget

from apps.accounts.admin.explain import ExplainMixin
from apps.accounts.admin.forms import NewUserForm, ResetPasswordForm
from apps.accounts.choices import Closing
from apps.accounts.errors import (
    EmailTakenError,
    PasswordPolicyError,
    PasswordReusedError,
    RestoreDepartmentError,
    UsernameTakenError,
)
from apps.accounts.models import Session, User
from apps.accounts.services.bins import user_restore, users_purge
from apps.accounts.services.ranks import ensure_manageable
from apps.accounts.services.sessions import sessions_close
from apps.accounts.services.users import (
    FLAGS,
    user_create,
    user_delete,
    user_flag_toggle,
    user_password_reset,
    user_update,
    users_set_active,
)
from apps.accounts.topics import USERS
from apps.core.console import (
    BinMixin,
    ConsoleModelAdmin,
    SwitchMixin,
    TreeChoiceField,
    VisibleRelatedFilter,
    chips,
    dialog_action,
    named_cell,
    state_chip,
)
from apps.core.console.exports import ExportMixin

RESET = {
    "title": gettext_lazy("Reset the password"),
    "description": gettext_lazy(
        "All sessions of the user end. They must choose another password at the next sign-in."
    ),
    "form_class": ResetPasswordForm,
    "form_submit_text": gettext_lazy("Reset"),
}
KICK = {
    "title": gettext_lazy("Sign this user out everywhere?"),
    "description": gettext_lazy("All of their sessions end at once; they can sign in again."),
    "form_class": None,
    "form_submit_text": gettext_lazy("Sign out"),
}
SWITCH = {
    "title": gettext_lazy("Switch this account on or off?"),
    "description": gettext_lazy(
        "A disabled user is signed out at once and cannot sign in until enabled again."
    ),
    "form_class": None,
    "form_submit_text": gettext_lazy("Switch"),
}
SUPERUSERS_FLAGS = ("is_superuser", "is_staff")


@admin.register(User)
class UserAdmin(ExplainMixin, SwitchMixin, BinMixin, ExportMixin, ConsoleModelAdmin):
    resource = "sys:user"
    icon = "group"
    live_topic = USERS.name
    list_before_template = "console/changed.html"
    refusal_fields: ClassVar = {
        UsernameTakenError.reason: "username",
        EmailTakenError.reason: "email",
        PasswordPolicyError.reason: "password",
        PasswordReusedError.reason: "password",
        RestoreDepartmentError.reason: "department",
    }
    restore_fields = ("username", "email", "department")
    actions_list = ("export", "recycle_bin")
    export_row = "apps.accounts.api.serializers.UserRow"
    bin_links = ("roles", "positions", "sessions")
    list_display = ("who", "department", "role_chips", "email", "seen", "state")
    list_filter = (
        ("joined_at", RangeDateTimeFilter),
        ("last_login", RangeDateTimeFilter),
        ("department", VisibleRelatedFilter),
        ("roles", VisibleRelatedFilter),
        "is_active",
        "is_staff",
        "is_superuser",
    )
    list_filter_submit = True
    search_fields = ("username", "nickname", "email", "phone")
    search_help_text = gettext_lazy("User name, nickname, e-mail or phone")
    autocomplete_fields = ("roles", "positions")
    actions = ("enable", "disable", "kick_selected")
    actions_row = ("reset_password", "kick", "toggle")
    actions_detail = ("reset_password", "kick", "toggle", "explain")
    add_fieldsets = (
        (None, {"fields": (("username", "nickname"), ("email", "phone"))}),
        (
            gettext_lazy("password"),
            {"fields": (("password", "confirm"), "must_change_password")},
        ),
        (gettext_lazy("place"), {"fields": ("department", "positions", "roles")}),
        (gettext_lazy("rights"), {"fields": (("is_staff", "is_superuser"), "is_multi_login")}),
    )
    fieldsets = (
        (None, {"fields": (("username", "nickname"), ("email", "phone"))}),
        (gettext_lazy("place"), {"fields": ("department", "positions", "roles")}),
        (
            gettext_lazy("rights"),
            {"fields": (("is_active", "is_multi_login"), ("is_staff", "is_superuser"))},
        ),
        (
            gettext_lazy("history"),
            {"fields": (("joined_at", "last_login"), "password_changed_at")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request)
        return found.select_related("department").prefetch_related("roles")

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> Any:
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"must_change_password": True, "is_multi_login": True, **given}

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        moments = ("joined_at", "last_login", "password_changed_at") if obj else ()
        if obj is not None and not self.holds(request, "permission:edit"):
            return (*moments, *FLAGS.values())
        if not getattr(request.user, "is_superuser", False):
            return (*moments, *SUPERUSERS_FLAGS)
        return moments

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = self.get_field_queryset(None, db_field, request)
        return TreeChoiceField(
            rows,
            label=gettext_lazy("department"),
            required=False,
            empty_label=gettext_lazy("none"),
            widget=UnfoldAdminSelectWidget(),
        )

    def has_reset_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may give others a new password."""
        return self.holds(request, "list") and self.holds(request, "password:reset")

    def has_switch_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may enable, disable and sign out others."""
        return self.holds(request, "list") and self.holds(request, "permission:edit")

    @admin.display(description=gettext_lazy("user"), ordering="username")
    def who(self, user: User) -> SafeString:
        return named_cell(user.nickname, user.username, user.pk)

    @admin.display(description=gettext_lazy("roles"))
    def role_chips(self, user: User) -> SafeString:
        return chips(role.name for role in user.roles.all())

    @admin.display(description=gettext_lazy("last sign-in"), ordering="last_login")
    def seen(self, user: User) -> Any:
        return user.last_login

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def state(self, user: User) -> SafeString:
        if user.is_active and user.is_superuser:
            return chips([_("superuser")], tone="warm")
        return state_chip(user.is_active)

    def save_new(self, request: HttpRequest, data: dict[str, Any]) -> User:
        columns = {name: value for name, value in data.items() if name != "confirm"}
        return user_create(actor=_actor(request), **columns)

    def save_changed(self, request: HttpRequest, instance: User, data: dict[str, Any]) -> User:
        flags = {flag: data.pop(name) for flag, name in FLAGS.items() if name in data}
        for flag, wanted in flags.items():
            if getattr(instance, FLAGS[flag]) != wanted:
                user_flag_toggle(actor=_actor(request), user=instance, flag=flag)
        for link in ("roles", "positions"):
            if link in data:
                data[link] = [*data[link], *self._out_of_sight(request, instance, link)]
        return user_update(actor=_actor(request), user=instance, **data)

    def remove(self, request: HttpRequest, instances: list[User]) -> None:
        for user in instances:
            user_delete(actor=_actor(request), user=user)

    def bring_back(self, request: HttpRequest, instance: User, data: dict[str, Any]) -> None:
        user_restore(actor=_actor(request), user=instance, **data)

    def remove_for_good(self, request: HttpRequest, instances: list[User]) -> None:
        users_purge(actor=_actor(request), users=instances)

    def switch(self, request: HttpRequest, instances: list[User], *, is_active: bool) -> int:
        return users_set_active(actor=_actor(request), users=instances, is_active=is_active)

    @dialog_action(
        RESET, description=gettext_lazy("Reset password"), permissions=["reset"], icon="lock_reset"
    )
    def reset_password(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = self.visible_object(request, object_id)
        password = form.cleaned_data["password"]
        user_password_reset(actor=_actor(request), user=user, password=password, must_change=True)
        text = _("%(name)s has a new password and must change it at the next sign-in.")
        return self.back(request, text % {"name": user}, self.url("change", user.pk))

    @dialog_action(
        KICK, description=gettext_lazy("Sign out"), permissions=["switch"], icon="logout"
    )
    def kick(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = self.visible_object(request, object_id)
        count = _kick(request, [user])
        return self.back(request, _kicked(count), self.url("change", user.pk))

    @dialog_action(
        SWITCH,
        description=gettext_lazy("Enable or disable"),
        permissions=["switch"],
        icon="toggle_on",
    )
    def toggle(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = self.visible_object(request, object_id)
        is_on = user_flag_toggle(actor=_actor(request), user=user, flag="status")
        text = _("%(name)s is enabled.") if is_on else _("%(name)s is disabled and signed out.")
        return self.back(request, text % {"name": user}, self.url("change", user.pk))

    @admin.action(description=gettext_lazy("Sign out everywhere"), permissions=["switch"])
    def kick_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        if not request.POST.get("confirmed"):
            answer: HttpResponse = self.ask(
                request,
                queryset,
                title=_("Sign these users out everywhere?"),
                text=_("All of their sessions end at once; they can sign in again."),
                action="kick_selected",
            )
            return answer
        messages.success(request, _kicked(_kick(request, list(queryset))))
        return None

    def _out_of_sight(self, request: HttpRequest, user: User, link: str) -> list[Any]:
        """Return what a user has and the editor cannot see: the form must not take it away."""
        field = User._meta.get_field(link)
        seen = self.get_field_queryset(None, field, request).values("pk")
        return list(getattr(user, link).exclude(pk__in=seen))


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
    return request.user


@transaction.atomic
def _kick(request: HttpRequest, users: list[User]) -> int:
    for user in users:
        ensure_manageable(actor=_actor(request), user=user)
    sessions = Session.objects.filter(user__in=[user.pk for user in users])
    return sessions_close(sessions=sessions, closing=Closing.KICKED)


def _kicked(count: int) -> str:
    text = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", count)
    return text % {"n": count}
