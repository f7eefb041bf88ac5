"""Menus and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.api import serializers
from apps.access.api.filters import MenuFilter, RoleFilter
from apps.access.models import DataScope, Menu, Role
from apps.access.selectors import sidebar_of
from apps.access.services import menus as menu_services
from apps.access.services import roles as role_services
from apps.core.api.batches import StatusMixin
from apps.core.api.fields import IdField
from apps.core.api.pagination import PagePagination
from apps.core.api.schema import answers
from apps.core.api.trees import TreeViewSet
from apps.core.api.viewsets import (
    CreateMixin,
    CrudViewSet,
    DestroyMixin,
    RetrieveMixin,
    UpdateMixin,
)
from apps.core.errors import NotFoundError
from apps.core.guards import Access, Guard
from apps.core.trees import nest
from apps.core.visibility import visible_to
from apps.core.wire import wire_id


class MenuViewSet(
    RetrieveMixin,
    CreateMixin[Menu],
    UpdateMixin[Menu],
    DestroyMixin[Menu],
    TreeViewSet[Menu],
):
    """The menu tree, buttons included."""

    guard = Guard("sys:menu", _("menus"), verbs={"sidebar": Access.SIGNED_IN})
    queryset = Menu.objects.present()
    row = serializers.MenuRow
    write_serializer_class = serializers.MenuWriteSerializer
    filterset_class = MenuFilter

    @answers(row=serializers.MenuNode, many=True)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List all menus as a tree, buttons included."""
        return super().list(request, *args, **kwargs)

    @answers(row=serializers.SidebarNode, many=True)
    @action(detail=False)
    def sidebar(self, request: Request) -> Response:
        """Show the navigation tree of the signed-in user."""
        return Response(sidebar_of(request.user))

    def save_new(self, data: dict[str, Any]) -> Menu:
        return menu_services.menu_create(actor=self.request.user, **self.with_parent(data))

    def save_changed(self, instance: Menu, data: dict[str, Any]) -> None:
        menu_services.menu_update(actor=self.request.user, menu=instance, **self.with_parent(data))

    def remove(self, instances: Iterable[Menu]) -> None:
        for menu in instances:
            menu_services.menu_delete(actor=self.request.user, menu=menu)


class RoleViewSet(StatusMixin[Role], CrudViewSet[Role]):
    """Roles: what they are called and what they hold."""

    guard = Guard(
        "sys:role",
        _("roles"),
        verbs={
            "look_up": Access.SIGNED_IN,
            "set_status": "edit",
            "menus": "list",
            "set_menus": "menu:edit",
            "scopes": "list",
            "set_scopes": "scope:edit",
        },
    )
    queryset = Role.objects.all()
    row = serializers.RoleRow
    detail_row = serializers.RoleDetailRow
    write_serializer_class = serializers.RoleWriteSerializer
    filterset_class = RoleFilter
    pagination_class = PagePagination

    @answers(row=serializers.RoleRow, many=True)
    @action(detail=False, url_path="all")
    def look_up(self, request: Request) -> Response:
        """List all roles to choose from."""
        return Response(self.row.read(self.get_queryset()))

    @answers(row=serializers.MenuNode, many=True)
    @action(detail=True)
    def menus(self, request: Request, pk: str) -> Response:
        """Show what a role grants, as a tree."""
        granted = Menu.objects.present().filter(roles=self.get_object())
        return Response(nest(serializers.MenuRow.read(granted), leaf_has_key=True))

    @answers(body=serializers.RoleMenusSerializer)
    @menus.mapping.put
    @transaction.atomic
    def set_menus(self, request: Request, pk: str) -> Response:
        """Replace what a role grants; what stands above an entry is granted with it."""
        role = self.get_object()
        pks = self.read_with(serializers.RoleMenusSerializer, request)["menus"]
        found = self._rows(Menu.objects.present(), pks)
        role_services.role_set_menus(actor=request.user, role=role, menus=found)
        return Response(None)

    @answers(row=IdField(), many=True)
    @action(detail=True)
    def scopes(self, request: Request, pk: str) -> Response:
        """List the ids of the data scopes of a role."""
        held = self.get_object().scopes.order_by("pk").values_list("pk", flat=True)
        return Response([wire_id(pk) for pk in held])

    @answers(body=serializers.RoleScopesSerializer)
    @scopes.mapping.put
    @transaction.atomic
    def set_scopes(self, request: Request, pk: str) -> Response:
        """Replace the data scopes of a role."""
        role = self.get_object()
        pks = self.read_with(serializers.RoleScopesSerializer, request)["scopes"]
        found = self._rows(DataScope.objects.all(), pks)
        role_services.role_set_scopes(actor=request.user, role=role, scopes=found)
        return Response(None)

    def save_new(self, data: dict[str, Any]) -> Role:
        return role_services.role_create(actor=self.request.user, **data)

    def save_changed(self, instance: Role, data: dict[str, Any]) -> None:
        role_services.role_update(actor=self.request.user, role=instance, **data)

    def remove(self, instances: list[Role]) -> None:
        role_services.roles_delete(actor=self.request.user, roles=instances)

    def switch(self, instances: list[Role], *, is_active: bool) -> None:
        role_services.roles_set_active(
            actor=self.request.user, roles=instances, is_active=is_active
        )

    def _rows(self, queryset: QuerySet[Any], pks: list[int]) -> list[Any]:
        """Return the rows of the ids; one that is unknown or out of sight is 404 for all."""
        found = list(visible_to(queryset, self.request.user).filter(pk__in=set(pks)))
        if len(found) != len(set(pks)):
            raise NotFoundError
        return found
