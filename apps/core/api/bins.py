"""The recycle bin of a resource: listed, restored from, purged. The model is a `BinnedModel`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.fields import IdField, PurgeSerializer, WireTimeField
from apps.core.api.pagination import PagePagination
from apps.core.api.rows import Computed, RowSerializer
from apps.core.models import BinnedModel
from apps.core.picks import picked
from apps.core.times import wire_time
from apps.core.visibility import act_of, verify_visible, visible_to

M = TypeVar("M", bound=BinnedModel)


def purge_time(deleted_at: datetime) -> str | None:
    """Return when a row is purged by itself, on the wire; None where the bin keeps for ever."""
    days = settings.ATRIUM.bin_days
    return wire_time(deleted_at + timedelta(days=days)) if days else None


class BinnedRow(RowSerializer):
    """What the bin tells of a row besides its columns; `deleted_by` is a user name."""

    deleted_time = WireTimeField(source="deleted_at")
    deleted_by_id = IdField(allow_null=True)
    deleted_by = serializers.CharField(allow_null=True)
    purge_time = Computed("deleted_at", make=purge_time, shape=WireTimeField(allow_null=True))


class BinMixin(Generic[M]):
    """`/bin` and `/restore`. A row that its user may not see is not in their bin either.

    Attributes:
        bin_row: What a row of the bin looks like.
        restore_serializer_class: What may be set while a row is restored, all of it optional.
    """

    bin_row: ClassVar[type[RowSerializer]]
    restore_serializer_class: ClassVar[type[serializers.BaseSerializer[Any]]]

    def binned(self: Any) -> QuerySet[M]:
        """Return the rows in the bin that the user may see, change or delete: as is asked."""
        act = act_of(self.request.method)
        return visible_to(self.queryset.model.bin.all(), self.request.user, act=act)

    @action(detail=False)
    def bin(self: Any, request: Request) -> Response:
        pages = PagePagination()
        found = pages.paginate_queryset(self.filter_queryset(self.binned()), request, self)
        items = self.bin_row.read(found) if isinstance(found, QuerySet) else []
        return pages.get_paginated_response(items)

    @bin.mapping.delete  # noqa: A003 - the action of that name is meant
    @transaction.atomic
    def purge_many(self: Any, request: Request) -> Response:
        data = self.read_with(PurgeSerializer, request)
        rows = self.binned()
        self.remove_for_good(picked(rows, data.get("pks")))
        return Response(None)

    @action(detail=False, methods=["delete"], url_path="bin/(?P<pk>[^/]+)")
    @transaction.atomic
    def purge(self: Any, request: Request, pk: str) -> Response:
        self.remove_for_good(picked(self.binned(), [self.pk()]))
        return Response(None)

    @action(detail=True, methods=["put"])
    @transaction.atomic
    def restore(self: Any, request: Request, pk: str) -> Response:
        instance = picked(self.binned(), [self.pk()])[0]
        data = self.read_with(self.restore_serializer_class, request)
        self.bring_back(instance, data)
        verify_visible(instance, request.user)
        response: Response = self.show(instance.pk)
        return response

    def bring_back(self, instance: M, data: dict[str, Any]) -> None:
        """Restore the row, with other columns where they are given; calls a service."""
        raise NotImplementedError

    def remove_for_good(self, instances: list[M]) -> None:
        """Purge the rows; calls a service."""
        raise NotImplementedError
