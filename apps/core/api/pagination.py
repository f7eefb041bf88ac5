"""The one pagination of the API: page and size, with links."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.filters import QueryError
from apps.core.landmarks import Landmarks

DEFAULT_SIZE = 20
MAX_SIZE = 200
MAX_PAGE = 1_000_000_000


class PagePagination(BasePagination):
    """Number pages from 1; past the end a page is empty, not an error."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Return the rows of the page asked for, as a queryset that was not asked yet.

        Raises:
            QueryError: Page or size is no number or out of range.
        """
        self.request = request
        self.page = self._whole("page", default=1, top=MAX_PAGE)
        self.size = self._whole("size", default=DEFAULT_SIZE, top=MAX_SIZE)
        self.total = self._count(queryset)
        start = (self.page - 1) * self.size
        if start >= self.total:
            return []
        return self._cut(queryset, start)

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
        link = {"type": "string"}
        number = {"type": "integer"}
        return {
            "type": "object",
            "required": ["items", "total", "page", "size", "total_pages", "links"],
            "properties": {
                "items": schema,
                **dict.fromkeys(("total", "page", "size", "total_pages"), number),
                "links": {
                    "type": "object",
                    "required": ["first", "last", "self", "next", "prev"],
                    "properties": dict.fromkeys(("first", "last", "self"), link)
                    | dict.fromkeys(("next", "prev"), link | {"nullable": True}),
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
                ("page", _("Number of the page, from 1."), MAX_PAGE, 1),
                ("size", _("Rows on a page."), MAX_SIZE, DEFAULT_SIZE),
            )
        ]

    def _whole(self, name: str, *, default: int, top: int) -> int:
        text = self.request.query_params.get(name, "").strip()
        if not text:
            return default
        if not text.isascii() or not text.isdigit():
            raise QueryError({name: [ErrorDetail(_("A whole number is required."), "invalid")]})
        # A number that is longer than the limit need not be read; reading one can take for ever.
        number = int(text) if len(text) <= len(str(top)) else top + 1
        if not 1 <= number <= top:
            problem = _("The number must be between 1 and %(top)s.") % {"top": top}
            raise QueryError({name: [ErrorDetail(problem, "out_of_range")]})
        return number

    def _count(self, queryset: QuerySet[Any]) -> int:
        return queryset.order_by().count()

    def _cut(self, queryset: QuerySet[Any], start: int) -> QuerySet[Any]:
        return queryset[start : start + self.size]

    def _link(self, page: int) -> str:
        kept = [
            (key, value)
            for key, values in self.request.query_params.lists()
            for value in values
            if key not in {"page", "size"}
        ]
        return f"{self.request.path}?{urlencode([*kept, ('page', page), ('size', self.size)])}"


class LandmarkPagination(PagePagination):
    """For tables that only grow: any page costs the same, and the total is not counted anew.

    A subclass names the tag that deletions end; see `core.landmarks`.
    """

    tag: ClassVar[str]

    def _count(self, queryset: QuerySet[Any]) -> int:
        self._landmarks = Landmarks(queryset, tag=self.tag)
        return self._landmarks.total

    def _cut(self, queryset: QuerySet[Any], start: int) -> QuerySet[Any]:
        return self._landmarks.page(start, self.size)
