"""How roles and menus are searched."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from apps.access.models import DataRule, DataScope, Menu, ObjectGrant, Role
from apps.access.selectors.shares import shareable_models
from apps.core.api.filters import ContainsFilter, CreatedFilterSet, IdFilter, StatusFilter


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


def _model_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in shareable_models()]


class GrantFilter(CreatedFilterSet):
    """Filters of the list of object grants: whose, and of which row."""

    user = IdFilter(field_name="user_id")
    model = filters.ChoiceFilter(
        field_name="content_type", choices=_model_choices, method="filter_model"
    )
    object = IdFilter(field_name="row_id")

    class Meta:
        model = ObjectGrant
        fields = ("user", "model", "object")

    def filter_model(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep the grants of one model, named as data rules name it."""
        meta = shareable_models()[value]._meta
        return queryset.filter(
            content_type__app_label=meta.app_label, content_type__model=meta.model_name
        )
