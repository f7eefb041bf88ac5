"""Menus, roles, data scopes and their rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField

from apps.access.api import serializers
from apps.access.api.filters import (
    DataRuleFilter,
    DataScopeFilter,
    GrantFilter,
    MenuFilter,
    RoleFilter,
)
from apps.access.choices import VARIABLES
from apps.access.models import DataRule, DataScope, Menu, ObjectGrant, Role
from apps.access.selectors import sidebar_of
from apps.access.selectors.offers import columns_of, models_offered
from apps.access.selectors.previews import scope_preview
from apps.access.services import menus as menu_services
from apps.access.services import roles as role_services
from apps.access.services import rules as rule_services
from apps.access.services import scopes as scope_services
from apps.access.services.shares import grant_create, grants_revoke
from apps.core.api.batches import StatusMixin
from apps.core.api.bins import BinMixin
from apps.core.api.exports import ExportMixin
from apps.core.api.fields import IdField
from apps.core.api.pagination import PagePagination
from apps.core.api.schema import answers
from apps.core.api.trees import TreeViewSet
from apps.core.api.viewsets import (
    CreateMixin,
    CrudViewSet,
    DestroyManyMixin,
    DestroyMixin,
    ListMixin,
    ResourceViewSet,
    RetrieveMixin,
    UpdateMixin,
)
from apps.core.errors import NotFoundError
from apps.core.guards import Access, Guard
from apps.core.picks import picked
from apps.core.trees import nest
from apps.core.visibility import Act, visible_to
from apps.core.wire import wire_id


class MenuViewSet(
    StatusMixin[Menu],
    RetrieveMixin,
    CreateMixin[Menu],
    UpdateMixin[Menu],
    DestroyMixin[Menu],
    TreeViewSet[Menu],
):
    """The menu tree, buttons included."""

    guard = Guard("sys:menu", _("menus"), verbs={"sidebar": Access.SIGNED_IN, "set_status": "edit"})
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

    def switch(self, instances: Iterable[Menu], *, is_active: bool) -> int:
        return menu_services.menus_set_active(
            actor=self.request.user, menus=instances, is_active=is_active
        )

    def remove(self, instances: Iterable[Menu]) -> None:
        for menu in instances:
            menu_services.menu_delete(actor=self.request.user, menu=menu)


class RoleViewSet(StatusMixin[Role], ExportMixin, BinMixin[Role], CrudViewSet[Role]):
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
    bin_row = serializers.BinnedRoleRow
    restore_serializer_class = serializers.RoleRestoreSerializer
    write_serializer_class = serializers.RoleWriteSerializer
    filterset_class = RoleFilter
    file_name = "roles"
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
        found = picked(visible_to(Menu.objects.present(), request.user), pks, is_locked=False)
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
        found = picked(visible_to(DataScope.objects.all(), request.user), pks, is_locked=False)
        role_services.role_set_scopes(actor=request.user, role=role, scopes=found)
        return Response(None)

    def save_new(self, data: dict[str, Any]) -> Role:
        return role_services.role_create(actor=self.request.user, **data)

    def save_changed(self, instance: Role, data: dict[str, Any]) -> None:
        role_services.role_update(actor=self.request.user, role=instance, **data)

    def remove(self, instances: list[Role]) -> None:
        role_services.roles_delete(actor=self.request.user, roles=instances)

    def bring_back(self, instance: Role, data: dict[str, Any]) -> None:
        role_services.role_restore(actor=self.request.user, role=instance, **data)

    def remove_for_good(self, instances: list[Role]) -> None:
        role_services.roles_purge(actor=self.request.user, roles=instances)

    def switch(self, instances: list[Role], *, is_active: bool) -> int:
        return role_services.roles_set_active(
            actor=self.request.user, roles=instances, is_active=is_active
        )


class DataRuleViewSet(CrudViewSet[DataRule]):
    """Data rules, and what they can be made of."""

    guard = Guard(
        "data:rule",
        _("data rules"),
        verbs={
            "look_up": Access.SIGNED_IN,
            "models": Access.SIGNED_IN,
            "columns": Access.SIGNED_IN,
            "variables": Access.SIGNED_IN,
        },
    )
    queryset = DataRule.objects.all()
    row = serializers.RuleRow
    write_serializer_class = serializers.RuleWriteSerializer
    filterset_class = DataRuleFilter
    pagination_class = PagePagination

    @answers(row=serializers.RuleRow, many=True)
    @action(detail=False, url_path="all")
    def look_up(self, request: Request) -> Response:
        """List all data rules to choose from."""
        return Response(self.row.read(self.get_queryset()))

    @answers(row=CharField(), many=True)
    @action(detail=False)
    def models(self, request: Request) -> Response:
        """List the models that rules can name; `__ALL__` stands for all that have owners."""
        return Response(models_offered())

    @answers(row=serializers.OfferRow, many=True, errors=(404,))
    @action(detail=False, url_path="models/(?P<model>[^/]+)/columns")
    def columns(self, request: Request, model: str) -> Response:
        """List the columns of a model that rules can compare."""
        found = columns_of(model)
        if not found:
            raise NotFoundError
        return Response([{"key": key, "comment": text} for key, text in found.items()])

    @answers(row=serializers.OfferRow, many=True)
    @action(detail=False, url_path="value-template-variables")
    def variables(self, request: Request) -> Response:
        """List what a rule's value may stand for."""
        return Response([{"key": key, "comment": str(text)} for key, text in VARIABLES.items()])

    def save_new(self, data: dict[str, Any]) -> DataRule:
        return rule_services.rule_create(**data)

    def save_changed(self, instance: DataRule, data: dict[str, Any]) -> None:
        rule_services.rule_update(actor=self.request.user, rule=instance, **data)

    def remove(self, instances: list[DataRule]) -> None:
        rule_services.rules_delete(actor=self.request.user, rules=instances)


class DataScopeViewSet(StatusMixin[DataScope], CrudViewSet[DataScope]):
    """Data scopes: named sets of data rules that roles hold."""

    guard = Guard(
        "data:scope",
        _("data scopes"),
        verbs={
            "look_up": Access.SIGNED_IN,
            "set_status": "edit",
            "rules": "list",
            "preview": "list",
            "set_rules": "rule:edit",
        },
    )
    queryset = DataScope.objects.all()
    row = serializers.ScopeOwnRow
    write_serializer_class = serializers.ScopeWriteSerializer
    filterset_class = DataScopeFilter
    pagination_class = PagePagination

    @answers(row=serializers.ScopeOwnRow, many=True)
    @action(detail=False, url_path="all")
    def look_up(self, request: Request) -> Response:
        """List all data scopes to choose from."""
        return Response(self.row.read(self.get_queryset()))

    @answers(row=serializers.ScopeRulesRow)
    @action(detail=True)
    def rules(self, request: Request, pk: str) -> Response:
        """Show a data scope with its rules."""
        return Response(serializers.ScopeRulesRow.read_one(self.get_queryset(), self.pk()))

    @answers(body=serializers.ScopeRulesSerializer)
    @rules.mapping.put
    @transaction.atomic
    def set_rules(self, request: Request, pk: str) -> Response:
        """Replace the rules of a data scope."""
        scope = self.get_object()
        pks = self.read_with(serializers.ScopeRulesSerializer, request)["rules"]
        found = picked(visible_to(DataRule.objects.all(), request.user), pks, is_locked=False)
        scope_services.scope_set_rules(actor=request.user, scope=scope, rules=found)
        return Response(None)

    @answers(
        row=serializers.PreviewRow,
        many=True,
        query=serializers.PreviewQuerySerializer,
        errors=(404,),
    )
    @action(detail=True)
    def preview(self, request: Request, pk: str) -> Response:
        """Count the rows of each model that a user would see by this data scope alone."""
        scope = self.get_object()
        wanted = self.query_with(serializers.PreviewQuerySerializer).get("user", request.user.pk)
        user = visible_to(get_user_model().objects.all(), request.user).filter(pk=wanted).first()
        if user is None:
            raise NotFoundError
        found = scope_preview(scope=scope, user=user, asker=request.user)
        return Response(serializers.PreviewRow(found, many=True).data)

    def save_new(self, data: dict[str, Any]) -> DataScope:
        return scope_services.scope_create(**data)

    def save_changed(self, instance: DataScope, data: dict[str, Any]) -> None:
        scope_services.scope_update(actor=self.request.user, scope=instance, **data)

    def remove(self, instances: list[DataScope]) -> None:
        scope_services.scopes_delete(actor=self.request.user, scopes=instances)

    def switch(self, instances: list[DataScope], *, is_active: bool) -> int:
        return scope_services.scopes_set_active(
            actor=self.request.user, scopes=instances, is_active=is_active
        )


class GrantViewSet(
    ListMixin,
    RetrieveMixin,
    CreateMixin[ObjectGrant],
    DestroyManyMixin[ObjectGrant],
    ResourceViewSet[ObjectGrant],
):
    """Object grants: single rows shared with single users, on top of their data scopes."""

    guard = Guard("sys:grant", _("object grants"))
    queryset = ObjectGrant.objects.all()
    row = serializers.GrantRow
    write_serializer_class = serializers.GrantWriteSerializer
    filterset_class = GrantFilter

    def save_new(self, data: dict[str, Any]) -> ObjectGrant:
        users = visible_to(get_user_model().objects.all(), self.request.user, act=Act.CHANGE)
        user = users.filter(pk=data.pop("user")).first()
        if user is None:
            raise NotFoundError
        return grant_create(
            actor=self.request.user, user=user, **{**data, "level": Act(data["level"])}
        )

    def remove(self, instances: list[ObjectGrant]) -> None:
        grants_revoke(actor=self.request.user, grants=instances)
