"""The base of every resource: guarded, scoped, one envelope, read and written apart.

A resource takes the mixins of the actions it has; what it has not is 405. Reads are rows
(`row`, `detail_row`); writes are checked by `write_serializer_class` and done by the hooks
`save_new`, `save_changed`, `remove`, which call a service where a write is more than one row.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from apps.core.api.fields import PksSerializer
from apps.core.api.filters import QueryError
from apps.core.api.pagination import PagePagination
from apps.core.api.rows import RowSerializer
from apps.core.errors import NotFoundError
from apps.core.guards import Access, Guard
from apps.core.limits import Limit
from apps.core.picks import locked, picked
from apps.core.visibility import act_of, verify_visible, visible_to

M = TypeVar("M", bound=models.Model)
MAX_PK_DIGITS = 32
"""Longer ones are not even read: making a number of a text takes the square of its length."""


class PathError(ValidationError):
    """A part of the path has the wrong type."""

    location = "path"


class GuardedViewSet(GenericViewSet[Any]):
    """Any view of the API; it must say what it guards."""

    guard: ClassVar[Guard | Access]
    limits: ClassVar[dict[str, tuple[Limit, ...]]] = {}
    lookup_value_regex = "[^/]+"
    pagination_class: Any = None

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Leave the request as DRF reads it on the one that middleware sees."""
        made: Request = super().initialize_request(request, *args, **kwargs)
        request.api_request = made  # type: ignore[attr-defined] # ours
        return made

    def read_with(
        self, serializer_class: type[BaseSerializer[Any]], request: Request, **kwargs: Any
    ) -> dict[str, Any]:
        """Return the validated body.

        Raises:
            ValidationError: The body breaks a rule of the serializer.
        """
        serializer = serializer_class(
            data=request.data, context=self.get_serializer_context(), **kwargs
        )
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def query_with(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the validated query parameters.

        Raises:
            QueryError: A parameter breaks a rule of the serializer.
        """
        serializer = serializer_class(data=self.request.query_params.dict())
        if not serializer.is_valid():
            raise QueryError(dict(serializer.errors))
        data: dict[str, Any] = serializer.validated_data
        return data


class ResourceViewSet(GuardedViewSet, Generic[M]):
    """A resource backed by one model. Every action finds its rows through `visible_to`."""

    guard: ClassVar[Guard]
    row: ClassVar[type[RowSerializer]]
    detail_row: ClassVar[type[RowSerializer] | None] = None
    write_serializer_class: ClassVar[type[BaseSerializer[Any]]]

    def get_queryset(self) -> QuerySet[M]:
        act = act_of(self.request.method)
        return visible_to(super().get_queryset(), self.request.user, act=act)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.row if self.action == "list" else self.detail_row or self.row

    def get_object(self) -> M:
        """Return the row that the path names, locked if this is a write.

        Raises:
            PathError: The key is no number.
            NotFoundError: No such row, or none that the user may see.
        """
        queryset = self.get_queryset().filter(pk=self.pk())
        if self.request.method not in {"GET", "HEAD", "OPTIONS"}:
            queryset = locked(queryset)
        found: M | None = queryset.first()
        if found is None:
            raise NotFoundError
        return found

    def pk(self) -> int:
        """Return the key in the path."""
        text = str(self.kwargs["pk"])
        if not text.isascii() or not text.isdigit():
            raise PathError({"pk": _("A whole number is required.")})
        if len(text) > MAX_PK_DIGITS or not 0 < int(text) <= models.BigIntegerField.MAX_BIGINT:
            raise NotFoundError
        return int(text)

    def rows_named(self, pks: Collection[int]) -> list[M]:
        """Return the rows with these keys, locked, lowest key first.

        Raises:
            NotFoundError: One of them does not exist, or the user may not see it.
        """
        return picked(self.get_queryset(), pks)

    def show(self, pk: Any) -> Response:
        """Answer with one row as it is now."""
        return Response((self.detail_row or self.row).read_one(self.get_queryset(), pk))


class ListMixin:
    """GET on the collection: a page of rows."""

    pagination_class: Any = PagePagination

    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        queryset = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(queryset)
        items = self.row.read(page) if isinstance(page, QuerySet) else []
        response: Response = self.get_paginated_response(items)
        return response


class RetrieveMixin:
    """GET on a row."""

    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = self.show(self.pk())
        return response


class CreateMixin(Generic[M]):
    """POST on the collection; the answer holds the row that was made."""

    @transaction.atomic
    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        instance = self.save_new(self.read_with(self.write_serializer_class, request))
        verify_visible(instance, request.user)
        response: Response = self.show(instance.pk)
        return response

    def save_new(self: Any, data: dict[str, Any]) -> M:
        """Make the row; the default is one plain row."""
        instance: M = self.get_queryset().model(**data)
        instance.save(force_insert=True)
        return instance


class UpdateMixin(Generic[M]):
    """PUT and PATCH on a row; a field that is not sent keeps its value."""

    @transaction.atomic
    def update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        partial = request.method == "PATCH"
        instance = self.get_object()
        data = self.read_with(
            self.write_serializer_class, request, instance=instance, partial=partial
        )
        self.save_changed(instance, data)
        verify_visible(instance, request.user)
        response: Response = self.show(instance.pk)
        return response

    def partial_update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = self.update(request, *args, **kwargs)
        return response

    def save_changed(self: Any, instance: M, data: dict[str, Any]) -> None:
        """Change the row; the default is one plain row."""
        for name, value in data.items():
            setattr(instance, name, value)
        instance.save()


class DestroyMixin(Generic[M]):
    """DELETE on a row."""

    @transaction.atomic
    def destroy(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.remove([self.get_object()])
        return Response(None)

    def remove(self: Any, instances: list[M]) -> None:
        """Delete the rows; the default deletes them from their table."""
        for instance in instances:
            instance.delete()


class DestroyManyMixin(DestroyMixin[M]):
    """DELETE on the collection with `{"pks": [...]}`: all of them, or none and 404."""

    @transaction.atomic
    def destroy_many(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.remove(self.rows_named(self.read_with(PksSerializer, request)["pks"]))
        return Response(None)


class CrudViewSet(
    ListMixin,
    RetrieveMixin,
    CreateMixin[M],
    UpdateMixin[M],
    DestroyManyMixin[M],
    ResourceViewSet[M],
):
    """All of them."""
