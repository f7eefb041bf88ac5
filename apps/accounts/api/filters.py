from django_filters import rest_framework as filters

from apps.accounts.models import User
from apps.core.api.filters import ContainsFilter, IdFilter, StatusFilter


class UserFilter(filters.FilterSet):
    """Filters of the users list."""

    dept = IdFilter(field_name="department_id")
    username = ContainsFilter()
    nickname = ContainsFilter()
    phone = ContainsFilter()
    status = StatusFilter(field_name="is_active")

    class Meta:
        model = User
        fields = ("dept", "username", "nickname", "phone", "status")
