"""How roles and menus are searched."""

from apps.access.models import DataRule, DataScope, Menu, Role
from apps.core.api.filters import ContainsFilter, CreatedFilterSet, StatusFilter


class MenuFilter(CreatedFilterSet):
    """Filters of the tree; an entry whose parent does not match becomes a root."""

    title = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = Menu
        fields = ("title", "status")


class RoleFilter(CreatedFilterSet):
    """Filters of the list of roles."""

    name = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = Role
        fields = ("name", "status")


class DataRuleFilter(CreatedFilterSet):
    """Filters of the list of data rules."""

    name = ContainsFilter()

    class Meta:
        model = DataRule
        fields = ("name",)


class DataScopeFilter(CreatedFilterSet):
    """Filters of the list of data scopes."""

    name = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = DataScope
        fields = ("name", "status")
