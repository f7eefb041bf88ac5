"""Resources whose rows stand below each other."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.schema import answers
from apps.core.api.viewsets import ResourceViewSet
from apps.core.errors import NotFoundError
from apps.core.picks import locked
from apps.core.trees import lock_parents, nest

M = TypeVar("M", bound=models.Model)


class ChildrenField(serializers.Field[Any, Any, Any, Any]):
    """The nodes below a node, in the same shape; for the OpenAPI document, `nest` makes them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class ChildrenSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # registers itself
    """An array of what holds the field."""

    target_class = ChildrenField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        node = auto_schema.resolve_serializer(type(self.target.parent), direction)
        return {"type": "array", "items": node.ref}


class TreeViewSet(ResourceViewSet[M]):
    """A resource that is listed as a tree."""

    @answers(tree=True)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the roots; a row whose parent was filtered out is one."""
        rows = self.row.read(self.filter_queryset(self.get_queryset()))
        return Response(nest(rows, leaf_has_key=True))

    def get_object(self) -> M:
        """Return the row that the path names; a change of it locks the whole tree first."""
        if self.request.method in {"PUT", "PATCH"}:
            lock_parents(self.get_queryset().model._default_manager.all())
        return super().get_object()

    def with_parent(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the input with the parent's row in place of `parent_id`; 0 and null mean none.

        Raises:
            NotFoundError: No such parent, or none that the user may see.
        """
        if "parent_id" not in data:
            return data
        done = {name: value for name, value in data.items() if name != "parent_id"}
        done["parent"] = self._parent(data["parent_id"]) if data["parent_id"] else None
        return done

    def _parent(self, pk: int) -> M:
        found: M | None = locked(self.get_queryset().filter(pk=pk)).first()
        if found is None:
            raise NotFoundError
        return found
