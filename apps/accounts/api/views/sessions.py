from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import serializers
from apps.accounts.models import Session, User
from apps.accounts.selectors.sessions import open_sessions
from apps.accounts.services.ranks import session_kick
from apps.core.api.schema import answers
from apps.core.api.viewsets import ResourceViewSet
from apps.core.errors import NotFoundError
from apps.core.guards import Guard
from apps.core.visibility import Act, visible_to


class SessionViewSet(ResourceViewSet[Session]):
    """Who is signed in."""

    guard = Guard("sys:session", _("sessions"), verbs={"destroy": "kick"})
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
        users = visible_to(User.objects.all(), request.user, act=Act.CHANGE)
        user = users.filter(pk=self.pk()).first()
        if user is None:
            raise NotFoundError
        assert isinstance(request.user, User)  # noqa: S101 - the guard lets nobody else in
        session_kick(actor=request.user, user=user, sid=sid)
        return Response(None)
