from django_filters import rest_framework as filters

from apps.core.api.filters import ContainsFilter, CreatedFilterSet, IdFilter, StatusFilter
from plugins.dict.models import DictData, DictType


class DictTypeFilter(CreatedFilterSet):
    """Filters of the list of dictionaries."""

    name = ContainsFilter()
    code = ContainsFilter()

    class Meta:
        model = DictType
        fields = ("name", "code")


class DictDataFilter(CreatedFilterSet):
    """Filters of the list of entries."""

    type_code = filters.CharFilter(field_name="type__code")
    label = ContainsFilter()
    value = ContainsFilter()
    status = StatusFilter(field_name="is_active")
    type_id = IdFilter(field_name="type_id")

    class Meta:
        model = DictData
        fields = ("type_code", "label", "value", "status", "type_id")
