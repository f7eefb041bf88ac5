"""Departments and positions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.batches import StatusMixin
from apps.core.api.bins import BinMixin
from apps.core.api.exports import ExportMixin
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
from apps.core.guards import Access, Guard
from apps.organization import services
from apps.organization.api import serializers
from apps.organization.api.filters import DepartmentFilter, PositionFilter
from apps.organization.models import Department, Position


class DepartmentViewSet(
    RetrieveMixin,
    CreateMixin[Department],
    UpdateMixin[Department],
    DestroyMixin[Department],
    StatusMixin[Department],
    BinMixin[Department],
    TreeViewSet[Department],
):
    """Departments; a deleted one is found in the bin alone."""

    guard = Guard("sys:dept", _("departments"), verbs={"set_status": "edit"})
    queryset = Department.objects.all()
    row = serializers.DeptRow
    bin_row = serializers.BinnedDeptRow
    restore_serializer_class = serializers.DepartmentRestoreSerializer
    write_serializer_class = serializers.DepartmentWriteSerializer
    filterset_class = DepartmentFilter

    @answers(row=serializers.DeptNode, many=True)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the departments as a tree."""
        return super().list(request, *args, **kwargs)

    def save_new(self, data: dict[str, Any]) -> Department:
        return services.department_create(**self.with_parent(data))

    def save_changed(self, instance: Department, data: dict[str, Any]) -> None:
        services.department_update(department=instance, **self.with_parent(data))

    def remove(self, instances: Iterable[Department]) -> None:
        for department in instances:
            services.department_delete(department=department)

    def bring_back(self, instance: Department, data: dict[str, Any]) -> None:
        services.department_restore(department=instance, **self.with_parent(data))

    def remove_for_good(self, instances: Iterable[Department]) -> None:
        services.departments_purge(departments=instances)

    def switch(self, instances: Iterable[Department], *, is_active: bool) -> int:
        actor = self.request.user
        return services.departments_set_active(
            actor=actor, departments=instances, is_active=is_active
        )


class PositionViewSet(
    StatusMixin[Position], ExportMixin, BinMixin[Position], CrudViewSet[Position]
):
    """Positions, in the order that people gave them."""

    guard = Guard(
        "sys:position",
        _("positions"),
        verbs={"set_status": "edit", "look_up": Access.SIGNED_IN},
    )
    queryset = Position.objects.all()
    row = serializers.PositionRow
    bin_row = serializers.BinnedPositionRow
    restore_serializer_class = serializers.PositionRestoreSerializer
    write_serializer_class = serializers.PositionWriteSerializer
    filterset_class = PositionFilter
    file_name = "positions"
    pagination_class = PagePagination

    @answers(row=serializers.PositionOptionRow, many=True)
    @action(detail=False, url_path="all")
    def look_up(self, request: Request) -> Response:
        """List all positions to choose from."""
        return Response(serializers.PositionOptionRow.read(self.get_queryset()))

    def save_new(self, data: dict[str, Any]) -> Position:
        return services.position_create(**data)

    def save_changed(self, instance: Position, data: dict[str, Any]) -> None:
        services.position_update(position=instance, **data)

    def remove(self, instances: list[Position]) -> None:
        services.positions_delete(positions=instances)

    def bring_back(self, instance: Position, data: dict[str, Any]) -> None:
        services.position_restore(position=instance, **data)

    def remove_for_good(self, instances: list[Position]) -> None:
        services.positions_purge(positions=instances)

    def switch(self, instances: list[Position], *, is_active: bool) -> int:
        return services.positions_set_active(positions=instances, is_active=is_active)
