"""Query filters: django-filter, with an empty value meaning "no filter"."""

from typing import Any

from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError


class QueryError(ValidationError):
    """A filter has a value of the wrong type."""

    location = "query"


class Filters(filters.DjangoFilterBackend):
    """Refuse a filter value of the wrong type with 422 instead of ignoring it."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        try:
            return super().filter_queryset(request, queryset, view)
        except ValidationError as error:
            raise QueryError(error.detail) from error


class StatusFilter(filters.ChoiceFilter):
    """`status=0|1` on a boolean column."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("0", "0"), ("1", "1")], **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(**{self.field_name: value == "1"}) if value in {"0", "1"} else qs


class ContainsFilter(filters.CharFilter):
    """Text found anywhere in the column, whatever its case; wildcards mean themselves."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lookup_expr="icontains", **kwargs)


class IdFilter(filters.NumberFilter):
    """An id; 0 means "no filter", as the front end sends it."""

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, value) if value else qs
