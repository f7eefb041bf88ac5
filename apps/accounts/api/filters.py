from apps.accounts.models import User
from apps.core.api.filters import (
    ContainsFilter,
    CreatedFilterSet,
    IdFilter,
    SinceFilter,
    StatusFilter,
    UntilFilter,
)


class UserFilter(CreatedFilterSet):
    """Filters of the users list."""

    dept = IdFilter(field_name="department_id")
    username = ContainsFilter()
    nickname = ContainsFilter()
    phone = ContainsFilter()
    status = StatusFilter(field_name="is_active")
    join_time_from = SinceFilter(field_name="joined_at")
    join_time_to = UntilFilter(field_name="joined_at")
    last_login_time_from = SinceFilter(field_name="last_login")
    last_login_time_to = UntilFilter(field_name="last_login")

    class Meta:
        model = User
        fields = ("dept", "username", "nickname", "phone", "status")
