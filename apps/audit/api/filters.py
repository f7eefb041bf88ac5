from django_filters import rest_framework as filters

from apps.audit.models import ChangeLog, LoginLog, OperaLog
from apps.core.api.filters import (
    ContainsFilter,
    IdFilter,
    RangeFilterSet,
    SinceFilter,
    StatusFilter,
    UntilFilter,
)


class LogFilter(RangeFilterSet):
    """What both logs can be narrowed by."""

    username = ContainsFilter()
    status = StatusFilter(field_name="is_success")
    ip = ContainsFilter(field_name="address")
    start_time = SinceFilter(field_name="happened_at")
    end_time = UntilFilter(field_name="happened_at")
    created_time_from = SinceFilter(field_name="created_at")
    created_time_to = UntilFilter(field_name="created_at")


class LoginLogFilter(LogFilter):
    """Filters of the login log."""

    reason = ContainsFilter()

    class Meta:
        model = LoginLog
        fields = ("username", "status", "ip", "reason")


class OperaLogFilter(LogFilter):
    """Filters of the operation log."""

    trace_id = filters.CharFilter()
    method = filters.CharFilter(lookup_expr="iexact")
    path = ContainsFilter()
    title = ContainsFilter()
    code = filters.CharFilter()

    class Meta:
        model = OperaLog
        fields = ("username", "status", "ip", "trace_id", "method", "path", "title", "code")


class ChangeLogFilter(RangeFilterSet):
    """Filters of the history; `model` and `object` together name one row of master data."""

    model = filters.CharFilter()
    object = IdFilter(field_name="object_id")
    username = ContainsFilter()
    trace_id = filters.CharFilter()
    start_time = SinceFilter(field_name="created_at")
    end_time = UntilFilter(field_name="created_at")
    created_time_from = SinceFilter(field_name="created_at")
    created_time_to = UntilFilter(field_name="created_at")

    class Meta:
        model = ChangeLog
        fields = ("model", "object", "username", "trace_id")
