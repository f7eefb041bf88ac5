"""Query filters: django-filter, with an empty value meaning "no filter"."""

from typing import Any

from django import forms
from django.db import models
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

PAGE_PARAMETERS = frozenset({"page", "size"})


class QueryError(ValidationError):
    """A query parameter has a value of the wrong type."""

    location = "query"


class Filters(filters.DjangoFilterBackend):
    """Refuse a filter value of the wrong type with 422 instead of ignoring it."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        given = {name for name, value in request.query_params.items() if value}
        if given <= PAGE_PARAMETERS:  # most lists are asked for without any; a form takes its time
            return queryset
        try:
            return super().filter_queryset(request, queryset, view)
        except ValidationError as error:
            raise QueryError(error.detail) from error


@extend_schema_field({"type": "integer", "enum": [0, 1]})
class StatusFilter(filters.ChoiceFilter):
    """`status=0|1` on a boolean column."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("0", "0"), ("1", "1")], **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(**{str(self.field_name): value == "1"}) if value in {"0", "1"} else qs


class ContainsFilter(filters.CharFilter):
    """Text found anywhere in the column, whatever its case; wildcards mean themselves."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lookup_expr="icontains", **kwargs)


@extend_schema_field({"type": "integer", "format": "int64", "minimum": 0})
class IdFilter(filters.NumberFilter):
    """An id; 0 means "no filter", as the front end sends it."""

    field_class = forms.IntegerField  # type: ignore[assignment] # the parent takes fractions

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=models.BigIntegerField.MAX_BIGINT, **kwargs)

    def get_max_validator(self) -> None:
        """Return none: the field has the bound of the column already."""

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, value) if value else qs
