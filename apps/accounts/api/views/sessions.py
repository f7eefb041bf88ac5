from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import serializers
from apps.accounts.models import Session, User
from apps.accounts.selectors.sessions import open_sessions
from apps.accounts.selectors.statistics import DEFAULT_DAYS, sign_in_statistics
from apps.accounts.services.ranks import session_kick, user_kick
from apps.core.api.schema import answers
from apps.core.api.viewsets import ResourceViewSet
from apps.core.errors import NotFoundError
from apps.core.guards import Guard
from apps.core.visibility import Act, visible_to


class SessionViewSet(ResourceViewSet[Session]):
    """Who is signed in."""

    guard = Guard(
        "sys:session",
        _("sessions"),
        verbs={"destroy": "kick", "kick_all": "kick", "statistics": "list"},
    )
    queryset = Session.objects.all()
    row = serializers.SessionRow

    @answers(row=serializers.SessionRow, many=True, query=serializers.SessionQuerySerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the open sessions, those active last first."""
        username = self.query_with(serializers.SessionQuerySerializer).get("username", "")
        users = visible_to(User.objects.all(), request.user).values("pk")
        visible = visible_to(Session.objects.filter(user__in=users), request.user)
        found = open_sessions(among=visible, username=username)
        return Response(serializers.SessionRow.read(found))

    @answers(query=serializers.SessionNameSerializer)
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End a session of the user whose id the path names; its refresh cookie dies with it."""
        sid = self.query_with(serializers.SessionNameSerializer)["session_uuid"]
        session_kick(actor=self._actor, user=self._user(), sid=sid)
        return Response(None)

    @answers(row=serializers.EndedSerializer)
    @action(detail=True, methods=["delete"], url_path="all")
    def kick_all(self, request: Request, pk: str) -> Response:
        """End every session of the user whose id the path names."""
        return Response({"ended": user_kick(actor=self._actor, user=self._user())})

    @answers(row=serializers.StatisticsSerializer, query=serializers.StatisticsQuerySerializer)
    @action(detail=False)
    def statistics(self, request: Request) -> Response:
        """Show who is online now, the sign-ins by day and browser, and the last ten."""
        days = self.query_with(serializers.StatisticsQuerySerializer).get("days", DEFAULT_DAYS)
        visible = visible_to(Session.objects.all(), request.user)
        found = sign_in_statistics(among=visible, days=days)
        return Response(found | {"newest": serializers.SessionRow.read(found["newest"])})

    @property
    def _actor(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101 - the guard lets nobody else in
        return self.request.user

    def _user(self) -> User:
        visible = visible_to(User.objects.all(), self.request.user, act=Act.CHANGE)
        found: User | None = visible.filter(pk=self.pk()).first()
        if found is None:
            raise NotFoundError
        return found
