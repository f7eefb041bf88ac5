"""Dictionaries and their entries."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.batches import StatusMixin
from apps.core.api.schema import answers
from apps.core.api.viewsets import CrudViewSet
from apps.core.cached import cached
from apps.core.errors import NotFoundError
from apps.core.guards import Access, Guard
from apps.core.visibility import visible_to
from plugins.dict.api.filters import DictDataFilter, DictTypeFilter
from plugins.dict.api.serializers import (
    DictDataRow,
    DictDataWriteSerializer,
    DictTypeRow,
    DictTypeWriteSerializer,
)
from plugins.dict.constants import DICTIONARIES
from plugins.dict.errors import DictTypeMissingError
from plugins.dict.models import DictData, DictType
from plugins.dict.services import (
    dict_data_delete,
    dict_data_save,
    dict_data_set_active,
    dict_type_save,
    dict_types_delete,
)
from plugins.dict.validators import CODE_PATTERN


class DictTypeViewSet(CrudViewSet[DictType]):
    """Dictionaries, the newest first."""

    guard = Guard("dict:type", _("dictionaries"), verbs={"list_all": Access.SIGNED_IN})
    queryset = DictType.objects.order_by("-pk")
    row = DictTypeRow
    write_serializer_class = DictTypeWriteSerializer
    filterset_class = DictTypeFilter

    @answers(row=DictTypeRow, many=True)
    @action(detail=False, url_path="all", pagination_class=None)
    def list_all(self, request: Request) -> Response:
        """List all dictionaries, the newest first."""
        return Response(self.row.read(self.get_queryset()))

    def save_new(self, data: dict[str, Any]) -> DictType:
        return dict_type_save(dict_type=DictType(), **data)

    def save_changed(self, instance: DictType, data: dict[str, Any]) -> None:
        dict_type_save(dict_type=instance, **data)

    def remove(self, instances: list[DictType]) -> None:
        dict_types_delete(dict_types=instances)


class DictDataViewSet(StatusMixin[DictData], CrudViewSet[DictData]):
    """Entries of dictionaries, in the order that each of them says."""

    guard = Guard(
        "dict:data",
        _("dictionary entries"),
        verbs={
            "list_all": Access.SIGNED_IN,
            "list_code": Access.SIGNED_IN,
            "set_status": "edit",
        },
    )
    queryset = DictData.objects.order_by("sort", "pk")
    row = DictDataRow
    write_serializer_class = DictDataWriteSerializer
    filterset_class = DictDataFilter

    @answers(row=DictDataRow, many=True)
    @action(detail=False, url_path="all", pagination_class=None)
    def list_all(self, request: Request) -> Response:
        """List all entries of all dictionaries."""
        return Response(self.row.read(self.get_queryset()))

    @answers(row=DictDataRow, many=True)
    @action(detail=False, url_path="type-codes/(?P<code>[^/]+)", pagination_class=None)
    def list_code(self, request: Request, code: str) -> Response:
        """List what a form may offer of a dictionary, the highest order first."""
        rows = offered_rows(code) if re.fullmatch(CODE_PATTERN, code) else None
        if rows is None:
            raise NotFoundError
        return Response(rows)

    @answers(row=DictDataRow, body=DictDataWriteSerializer, errors=(404,))
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an entry to a dictionary."""
        return super().create(request, *args, **kwargs)

    def save_new(self, data: dict[str, Any]) -> DictData:
        return dict_data_save(dict_data=DictData(), **self._with_type(data))

    def save_changed(self, instance: DictData, data: dict[str, Any]) -> None:
        dict_data_save(dict_data=instance, **self._with_type(data))

    def switch(self, instances: list[DictData], *, is_active: bool) -> int:
        return dict_data_set_active(dict_data=instances, is_active=is_active)

    def remove(self, instances: list[DictData]) -> None:
        dict_data_delete(dict_data=instances)

    def _with_type(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the values with the dictionary in place of its id, kept from being deleted."""
        if "type_id" not in data:
            return data
        visible = visible_to(DictType.objects.all(), self.request.user).select_for_update()
        found = visible.filter(pk=data.pop("type_id")).first()
        if found is None:
            raise DictTypeMissingError
        return {**data, "type": found}


@cached("dict:offered", tags=(DICTIONARIES,))
def offered_rows(code: str) -> list[dict[str, Any]] | None:
    """Return the options of a dictionary as they leave, None where there are none.

    They are the same for everybody: a form without its options would be of no use, so data
    scopes do not narrow them. None is never cached, so guessed codes fill no memory.
    """
    return DictDataRow.read(DictData.objects.offered(code)) or None
