"""Sessions in the console: who is signed in, from where; each can be ended."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import RangeDateTimeFilter

from apps.accounts.choices import Closing
from apps.accounts.models import Session, User
from apps.accounts.services.ranks import ensure_manageable
from apps.accounts.services.sessions import sessions_close
from apps.core.console import ConsoleModelAdmin, chips, dialog_action, named_cell, state_chip
from apps.core.places import place_text

END = {
    "title": gettext_lazy("End this session?"),
    "description": gettext_lazy("Its tokens are refused at once and its refresh cookie is dead."),
    "form_class": None,
    "form_submit_text": gettext_lazy("End it"),
}


class OpenFilter(admin.SimpleListFilter):
    """Keeps the sessions that are open, or those that ended."""

    title = gettext_lazy("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", gettext_lazy("open")), ("0", gettext_lazy("ended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "1":
            return queryset.live()
        if self.value() == "0":
            return queryset.exclude(pk__in=Session.objects.live().values("pk"))
        return queryset


@admin.register(Session)
class SessionAdmin(ConsoleModelAdmin):
    resource = "sys:session"
    icon = "devices"
    place = 1
    list_display = (
        "who",
        "where",
        "address",
        "from_place",
        "channel_chip",
        "opened_at",
        "active_at",
        "state",
    )
    list_filter = (OpenFilter, "channel", ("opened_at", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("user__username", "user__nickname", "address")
    search_help_text = gettext_lazy("User or address")
    date_hierarchy = None
    actions = ("end_selected",)
    actions_row = ("end",)
    actions_detail = ("end",)
    fields = (
        ("who", "state"),
        ("where", "device"),
        ("address", "channel"),
        ("opened_at", "active_at"),
        ("expires_at", "closed_at"),
        "closing",
        "user_agent",
    )
    readonly_fields = ("who", "state", "where")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        found: QuerySet[Session] = super().get_queryset(request)
        return found.select_related("user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_end_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the user may end sessions."""
        return self.holds(request, "list") and self.holds(request, "kick")

    @admin.display(description=gettext_lazy("user"), ordering="user__username")
    def who(self, session: Any) -> SafeString:
        return named_cell(session.user.nickname, session.user.username, session.user_id)

    @admin.display(description=gettext_lazy("device"))
    def where(self, session: Session) -> str:
        return " / ".join(part for part in (session.browser, session.os) if part)

    @admin.display(description=gettext_lazy("place"))
    def from_place(self, session: Session) -> str:
        return place_text(session.address) or "-"

    @admin.display(description=gettext_lazy("opened through"), ordering="channel")
    def channel_chip(self, session: Session) -> SafeString:
        return chips([session.get_channel_display()], tone="quiet")

    @admin.display(description=gettext_lazy("state"))
    def state(self, session: Session) -> SafeString:
        if session.closed_at is None and session.expires_at > timezone.now():
            return state_chip(is_on=True, on=_("open"))
        why = session.get_closing_display() if session.closing else _("run out")
        return chips([why], tone="quiet")

    @dialog_action(END, description=gettext_lazy("End"), permissions=["end"], icon="logout")
    def end(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        _end(request, [self.visible_object(request, object_id)])
        return self.back(request, _("The session was ended."), self.url("changelist"))

    @admin.action(description=gettext_lazy("End the chosen sessions"), permissions=["end"])
    def end_selected(
        self, request: HttpRequest, queryset: QuerySet[Session]
    ) -> HttpResponse | None:
        if not request.POST.get("confirmed"):
            answer: HttpResponse = self.ask(
                request,
                queryset,
                title=_("End these sessions?"),
                text=_("Their tokens are refused at once and their refresh cookies are dead."),
                action="end_selected",
            )
            return answer
        count = _end(request, list(queryset))
        text = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", count)
        messages.success(request, text % {"n": count})
        return None


@transaction.atomic
def _end(request: HttpRequest, sessions: list[Session]) -> int:
    """End sessions of people who may do no more than the user, and return how many were open."""
    assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
    for session in sessions:
        ensure_manageable(actor=request.user, user=session.user)
    rows = Session.objects.filter(pk__in=[session.pk for session in sessions])
    return sessions_close(sessions=rows, closing=Closing.KICKED)
