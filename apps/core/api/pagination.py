"""The one pagination of the API: page and size, with links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from apps.core.api.filters import QueryError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField, Serializer

DEFAULT_SIZE = 20
MAX_SIZE = 200
MAX_PAGE = 1_000_000


class PageQuery(Serializer[Any]):
    """The two query parameters of every page."""

    page = IntegerField(min_value=1, max_value=MAX_PAGE, default=1)
    size = IntegerField(min_value=1, max_value=MAX_SIZE, default=DEFAULT_SIZE)


class PagePagination(BasePagination):
    """Number pages from 1; past the end a page is empty, not an error."""

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> Sequence[Any]:
        """Return the rows of the page asked for.

        Raises:
            ValidationError: Page or size is no number or out of range.
        """
        given = {
            k: request.query_params[k] for k in ("page", "size") if request.query_params.get(k)
        }
        query = PageQuery(data=given)
        if not query.is_valid():
            raise QueryError(query.errors)
        self.page, self.size = query.validated_data["page"], query.validated_data["size"]
        self.request = request
        self.total = self._count(queryset)
        start = (self.page - 1) * self.size
        if start >= self.total:
            return []
        return queryset[start : start + self.size]  # type: ignore[return-value] # a slice stays lazy

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.page_of(data))

    def page_of(self, items: Any) -> dict[str, Any]:
        """Return the page object of the wire."""
        pages = -(-self.total // self.size)
        return {
            "items": items,
            "total": self.total,
            "page": self.page,
            "size": self.size,
            "total_pages": pages,
            "links": {
                "first": self._link(1),
                "last": self._link(max(pages, 1)),
                "self": self.request.get_full_path(),
                "next": self._link(self.page + 1) if self.page < pages else None,
                "prev": self._link(self.page - 1) if self.page > 1 else None,
            },
        }

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "nullable": True}
        number = {"type": "integer"}
        return {
            "type": "object",
            "required": ["items", "total", "page", "size", "total_pages", "links"],
            "properties": {
                "items": schema,
                **dict.fromkeys(("total", "page", "size", "total_pages"), number),
                "links": {
                    "type": "object",
                    "properties": dict.fromkeys(("first", "last", "self", "next", "prev"), link),
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": about,
                "schema": {"type": "integer", "minimum": 1, "maximum": top, "default": default},
            }
            for name, about, top, default in (
                ("page", "Number of the page, from 1.", MAX_PAGE, 1),
                ("size", "Rows on a page.", MAX_SIZE, DEFAULT_SIZE),
            )
        ]

    def _count(self, queryset: QuerySet[Any]) -> int:
        return queryset.order_by().count()

    def _link(self, page: int) -> str:
        kept = [
            (key, value)
            for key, values in self.request.query_params.lists()
            for value in values
            if key not in {"page", "size"}
        ]
        return f"{self.request.path}?{urlencode([*kept, ('page', page), ('size', self.size)])}"
