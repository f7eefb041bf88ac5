"""Query filters: django-filter, with an empty value meaning "no filter"."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from apps.core.times import Span, span_of

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


class MomentField(forms.Field):
    """A moment as people and programs write it; see `core.times.span_of`."""

    def to_python(self, value: Any) -> Span | None:
        if value in self.empty_values:
            return None
        try:
            return span_of(str(value))
        except ValueError as error:
            text = _("Enter a date, a date with a time, or seconds since 1970.")
            raise forms.ValidationError(text, code="invalid") from error


@extend_schema_field({"type": "string", "description": "From this moment on; a date is its start."})
class SinceFilter(filters.Filter):
    """Rows of a moment on, that moment included."""

    field_class = MomentField

    def filter(self, qs: Any, value: Span | None) -> Any:
        return qs.filter(**{f"{self.field_name}__gte": value.start}) if value else qs


@extend_schema_field({"type": "string", "description": "Up to this moment; a date is its end."})
class UntilFilter(filters.Filter):
    """Rows up to a moment, all of it included: the whole day, or the whole second."""

    field_class = MomentField

    def filter(self, qs: Any, value: Span | None) -> Any:
        return qs.filter(**{f"{self.field_name}__lt": value.end}) if value else qs


class RangeFilterSet(filters.FilterSet):
    """Refuses a range that ends before it begins; each `SinceFilter` names its `UntilFilter`."""

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        given = self.form.cleaned_data
        for name, end in _ranges(given):
            since, until = given[name], given[end]
            if since and until and since.start >= until.end:
                self.form.add_error(end, _("The range ends before it begins."))
        return not self.form.errors


def _ranges(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of the two ends of each range: `x_from` and `x_to`, `start_x` and `end_x`."""
    listed = set(names)
    for name in sorted(listed):
        for begins, ends in ((f"{name[:-5]}_from", f"{name[:-5]}_to"), ("start_time", "end_time")):
            if name == begins and ends in listed:
                yield name, ends


class CreatedFilterSet(RangeFilterSet):
    """Rows by when they were made."""

    created_time_from = SinceFilter(field_name="created_at")
    created_time_to = UntilFilter(field_name="created_at")
