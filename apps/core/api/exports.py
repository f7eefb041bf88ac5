"""Lists as files: CSV that is streamed, whatever its length, and does no harm in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.request import Request

from apps.core.api.rows import RowSerializer
from apps.core.api.schema import answers

BATCH = 1_000
BYTE_ORDER_MARK = "\ufeff"
"""Without it a common spreadsheet takes UTF-8 for something else."""

ACTIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula. Source: OWASP, CSV injection."""


class ExportMixin:
    """GET `/export` on the collection: what the filters leave, whatever its length.

    Attributes:
        file_name: Name of the file, without ending.
    """

    file_name: ClassVar[str] = ""

    @answers(file="text/csv")
    @action(detail=False)
    def export(self: Any, request: Request) -> StreamingHttpResponse:
        rows = self.filter_queryset(self.get_queryset())
        return csv_response(self.row, rows, name=self.file_name or self.basename)


class _Line:
    """Takes what the writer writes and gives it back."""

    def write(self, text: str) -> str:
        return text


def csv_response(
    row: type[RowSerializer], queryset: QuerySet[Any], *, name: str
) -> StreamingHttpResponse:
    """Answer with all rows of a queryset, newest first, read in batches by key.

    Args:
        row: What a line shows; its fields are the columns.
        name: Of the file, without ending.
    """
    response = StreamingHttpResponse(
        _lines(row, queryset.order_by("-pk")), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(row: type[RowSerializer], queryset: QuerySet[Any]) -> Iterator[str]:
    names = list(row().fields)
    line: Callable[[list[Any]], Any] = csv.writer(_Line()).writerow
    yield BYTE_ORDER_MARK + line(names)
    rest = queryset
    while found := row.read(rest[:BATCH]):
        yield "".join(line([_cell(values[name]) for name in names]) for values in found)
        rest = queryset.filter(pk__lt=found[-1]["id"])


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    if isinstance(value, str) and value.startswith(ACTIVE):
        return f"'{value}"
    return "" if value is None else value
