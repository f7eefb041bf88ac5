"""How roles and menus are searched."""

from django_filters import rest_framework as filters

from apps.access.models import DataRule, DataScope, Menu, Role
from apps.core.api.filters import ContainsFilter, StatusFilter


class MenuFilter(filters.FilterSet):
    """Filters of the tree; an entry whose parent does not match becomes a root."""

    title = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = Menu
        fields = ("title", "status")


class RoleFilter(filters.FilterSet):
    """Filters of the list of roles."""

    name = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = Role
        fields = ("name", "status")


class DataRuleFilter(filters.FilterSet):
    """Filters of the list of data rules."""

    name = ContainsFilter()

    class Meta:
        model = DataRule
        fields = ("name",)


class DataScopeFilter(filters.FilterSet):
    """Filters of the list of data scopes."""

    name = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = DataScope
        fields = ("name", "status")
