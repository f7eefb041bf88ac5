from __future__ import annotations

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api import serializers
from apps.accounts.choices import Closing
from apps.accounts.models import User
from apps.accounts.selectors.sessions import open_sessions
from apps.accounts.services import users as services
from apps.accounts.services.passwords import password_change
from apps.accounts.services.ranks import session_kick
from apps.accounts.services.sessions import sessions_close
from apps.core.api.schema import answers
from apps.core.api.viewsets import GuardedViewSet
from apps.core.context import current_context
from apps.core.guards import Access
from apps.core.limits import Limit


class MeViewSet(GuardedViewSet):
    """The signed-in user's own account."""

    guard = Access.SIGNED_IN
    limits = {
        "password": (Limit(5, 60, by="user"),),
        "email": (Limit(5, 60, by="user"),),
    }

    @answers(row=serializers.ProfileRow)
    @action(detail=False)
    def me(self, request: Request) -> Response:
        """Show the signed-in user; department and roles by name."""
        return Response(self.user.principal["me"])

    @answers(body=serializers.PasswordChangeSerializer)
    @action(detail=False, methods=["put"], url_path="me/password")
    def password(self, request: Request) -> Response:
        """Change one's own password; all sessions end, so sign in again."""
        data = self.read_with(serializers.PasswordChangeSerializer, request)
        password_change(
            user=self.user,
            old=data["old_password"],
            new=data["new_password"],
            confirm=data["confirm_password"],
        )
        return Response(None)

    @answers(body=serializers.NicknameSerializer)
    @action(detail=False, methods=["put"], url_path="me/nickname")
    def nickname(self, request: Request) -> Response:
        """Change one's own nickname."""
        data = self.read_with(serializers.NicknameSerializer, request)
        services.profile_update(user=self.user, nickname=data["nickname"])
        return Response(None)

    @answers(body=serializers.AvatarSerializer)
    @action(detail=False, methods=["put"], url_path="me/avatar")
    def avatar(self, request: Request) -> Response:
        """Change the address of one's own picture."""
        data = self.read_with(serializers.AvatarSerializer, request)
        services.profile_update(user=self.user, avatar=data["avatar"])
        return Response(None)

    @answers(body=serializers.EmailChangeSerializer)
    @action(detail=False, methods=["put"], url_path="me/email")
    def email(self, request: Request) -> Response:
        """Change one's own e-mail address with the code that was sent to it."""
        data = self.read_with(serializers.EmailChangeSerializer, request)
        services.profile_email_change(
            user=self.user, email=data["email"].lower(), code=data["captcha"]
        )
        return Response(None)

    @answers(row=serializers.DeviceSerializer, many=True)
    @action(detail=False, url_path="me/sessions")
    def sessions(self, request: Request) -> Response:
        """List the devices on which one is signed in."""
        rows = serializers.DeviceRow.read(open_sessions(among=self.user.sessions.all()))
        current = self._sid()
        return Response(
            [{**row, "is_current": str(row["session_uuid"]) == current} for row in rows]
        )

    @answers(query=serializers.SessionNameSerializer)
    @sessions.mapping.delete
    def end_session(self, request: Request) -> Response:
        """Sign one of one's own devices out."""
        sid = self.query_with(serializers.SessionNameSerializer)["session_uuid"]
        session_kick(actor=self.user, user=self.user, sid=sid, closing=Closing.LOGOUT)
        return Response(None)

    @answers(row=serializers.EndedSerializer)
    @action(detail=False, methods=["delete"], url_path="me/sessions/others")
    def end_others(self, request: Request) -> Response:
        """Sign all of one's devices out but the one that asks."""
        others = self.user.sessions.live().exclude(sid=self._sid())
        return Response({"ended": sessions_close(sessions=others, closing=Closing.LOGOUT)})

    def _sid(self) -> str:
        context = current_context()
        return context.session_id if context else ""

    @property
    def user(self) -> User:
        """Return who asks."""
        assert isinstance(self.request.user, User)  # noqa: S101 - the guard lets nobody else in
        return self.request.user
