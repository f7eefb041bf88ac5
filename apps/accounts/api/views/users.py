from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.api.serializers import RoleRow
from apps.access.models import Role
from apps.accounts.api import serializers
from apps.accounts.api.filters import UserFilter
from apps.accounts.models import User
from apps.accounts.selectors.explain import explain, row_named
from apps.accounts.services import users as services
from apps.accounts.services.bins import user_restore, users_purge
from apps.core.api.batches import StatusMixin
from apps.core.api.bins import BinMixin
from apps.core.api.exports import ExportMixin
from apps.core.api.schema import answers
from apps.core.api.viewsets import (
    CreateMixin,
    DestroyMixin,
    ListMixin,
    ResourceViewSet,
    RetrieveMixin,
    UpdateMixin,
)
from apps.core.errors import NotFoundError
from apps.core.guards import Guard
from apps.core.visibility import verify_visible, visible_to
from apps.organization.models import Department, Position


class UserViewSet(
    StatusMixin[User],
    ExportMixin,
    ListMixin,
    RetrieveMixin,
    CreateMixin[User],
    UpdateMixin[User],
    DestroyMixin[User],
    BinMixin[User],
    ResourceViewSet[User],
):
    """The people and machines that sign in."""

    guard = Guard(
        "sys:user",
        _("users"),
        verbs={
            "set_permission": "permission:edit",
            "set_status": "permission:edit",
            "reset_password": "password:reset",
            "roles": "list",
            "explain": "explain",
        },
    )
    queryset = User.objects.all()
    row = serializers.UserRow
    detail_row = serializers.UserDetailRow
    bin_row = serializers.BinnedUserRow
    restore_serializer_class = serializers.UserRestoreSerializer
    write_serializer_class = serializers.UserUpdateSerializer
    filterset_class = UserFilter
    file_name = "users"

    @answers(row=serializers.UserDetailRow, body=serializers.UserCreateSerializer)
    @transaction.atomic
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a user who can sign in at once."""
        data = self.read_with(serializers.UserCreateSerializer, request)
        user = services.user_create(actor=self.actor, **self._resolved(data))
        verify_visible(user, request.user)
        return self.show(user.pk)

    def get_object(self) -> User:
        if self.action in {"destroy", "set_permission"}:
            services.superusers_hold()
        return super().get_object()

    def save_changed(self, instance: User, data: dict[str, Any]) -> None:
        services.user_update(actor=self.actor, user=instance, **self._resolved(data))

    def remove(self, instances: list[User]) -> None:
        for user in instances:
            services.user_delete(actor=self.actor, user=user)

    def bring_back(self, instance: User, data: dict[str, Any]) -> None:
        user_restore(actor=self.actor, user=instance, **self._resolved(data))

    def remove_for_good(self, instances: list[User]) -> None:
        users_purge(actor=self.actor, users=instances)

    def switch(self, instances: list[User], *, is_active: bool) -> int:
        return services.users_set_active(actor=self.actor, users=instances, is_active=is_active)

    @answers(row=RoleRow, many=True)
    @action(detail=True)
    def roles(self, request: Request, pk: str) -> Response:
        """List the roles of a user."""
        user = self.get_object()
        return Response(RoleRow.read(Role.objects.filter(users=user)))

    @answers(row=serializers.ExplanationSerializer, query=serializers.ExplainQuerySerializer)
    @action(detail=True)
    def explain(self, request: Request, pk: str) -> Response:
        """Tell whether a user may do something, at all or to one row, and through what."""
        user = self.get_object()
        query = self.query_with(serializers.ExplainQuerySerializer)
        row = row_named(query["object"], asker=self.actor) if "object" in query else None
        found = explain(user=user, code=query["code"], row=row)
        return Response(serializers.ExplanationSerializer(found).data)

    @answers(query=serializers.FlagQuerySerializer)
    @action(detail=True, methods=["put"], url_path="permissions")
    @transaction.atomic
    def set_permission(self, request: Request, pk: str) -> Response:
        """Invert one flag of a user: superuser, staff, status or multi_login."""
        user = self.get_object()
        flag = self.query_with(serializers.FlagQuerySerializer)["type"]
        services.user_flag_toggle(actor=self.actor, user=user, flag=flag)
        return Response(None)

    @answers(body=serializers.PasswordResetSerializer)
    @action(detail=True, methods=["put"], url_path="password")
    @transaction.atomic
    def reset_password(self, request: Request, pk: str) -> Response:
        """Give a user a new password; all of their sessions end."""
        user = self.get_object()
        password = self.read_with(serializers.PasswordResetSerializer, request)["password"]
        services.user_password_reset(actor=self.actor, user=user, password=password)
        return Response(None)

    @property
    def actor(self) -> User:
        """Return who asks."""
        assert isinstance(self.request.user, User)  # noqa: S101 - the guard lets nobody else in
        return self.request.user

    def _resolved(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the input with rows in place of ids; what the actor cannot see does not exist."""
        resolved = {name: value for name, value in data.items() if name != "dept_id"}
        if "dept_id" in data:
            resolved["department"] = self._department(data["dept_id"])
        for name, rows in (("roles", Role.objects.all()), ("positions", Position.objects.all())):
            if name in data:
                pks = set(data[name])
                resolved[name] = list(visible_to(rows, self.actor).filter(pk__in=pks))
                if len(resolved[name]) != len(pks):
                    raise NotFoundError
        return resolved

    def _department(self, pk: int | None) -> Department | None:
        if pk is None:
            return None
        found = visible_to(Department.objects.all(), self.actor).filter(pk=pk).first()
        if found is None:
            raise NotFoundError
        return found
