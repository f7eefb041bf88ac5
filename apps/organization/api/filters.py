"""How departments and positions are searched."""

from django_filters import rest_framework as filters

from apps.core.api.filters import ContainsFilter, CreatedFilterSet, StatusFilter
from apps.organization.models import Department, Position


class DepartmentFilter(CreatedFilterSet):
    """Filters of the tree; a department whose parent does not match becomes a root."""

    name = ContainsFilter()
    leader = ContainsFilter()
    phone = filters.CharFilter(lookup_expr="startswith")
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = Department
        fields = ("name", "leader", "phone", "status")


class PositionFilter(CreatedFilterSet):
    """Filters of the list of positions."""

    name = ContainsFilter()
    code = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = Position
        fields = ("name", "code", "status")
