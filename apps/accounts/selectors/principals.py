"""Who a token stands for: everything that authentication and permission ask, in one cache entry."""

from __future__ import annotations

from typing import Any, TypedDict
from uuid import UUID

from django.utils import timezone

from apps.access.selectors import grants_of
from apps.access.selectors.views import View, view_read
from apps.accounts.choices import Closing
from apps.accounts.constants import session_tag
from apps.accounts.errors import (
    DepartmentDisabledError,
    RolesDisabledError,
    SessionEndedError,
    UserDisabledError,
)
from apps.accounts.models import Session, User
from apps.core.cached import PRINCIPALS, two_level, user_tag
from apps.core.errors import DomainError
from apps.core.times import wire_time
from apps.core.wire import wire_id

SNAPSHOT_FIELDS = (
    "id",
    "uuid",
    "username",
    "nickname",
    "email",
    "phone",
    "avatar",
    "is_active",
    "is_superuser",
    "is_staff",
    "is_multi_login",
    "joined_at",
    "last_login",
    "password_changed_at",
    "must_change_password",
    "department_id",
)


class Principal(TypedDict):
    """The snapshot of a session's user, as it is cached (JSON values only)."""

    user: dict[str, Any]
    me: dict[str, Any]
    role_ids: list[int]
    codes: list[str]
    view: View
    problem: str
    active_until: float


NO_VIEW: View = {
    "is_open": False,
    "roles": [],
    "user_id": 0,
    "department_id": None,
    "departments": [],
    "shares": {},
}
PROBLEMS: dict[str, type[DomainError]] = {
    error.reason: error
    for error in (
        SessionEndedError,
        UserDisabledError,
        DepartmentDisabledError,
        RolesDisabledError,
    )
}


def principal_of(*, sid: str, user_id: int) -> Principal:
    """Return the snapshot of a session's user: from the cache, else from a few queries.

    A change of the session, the user, or of any role, menu or department ends the entry.

    Raises:
        SessionEndedError: The session is closed or has run out, or its user is gone.
        UserDisabledError: The user is disabled.
        DepartmentDisabledError: The user's department is disabled or deleted.
        RolesDisabledError: The user has roles, and every one of them is disabled.
    """
    principal = two_level.get(
        f"principal:{sid}",
        lambda: _load(sid, user_id),
        tags=(session_tag(sid), user_tag(user_id), PRINCIPALS),
    )
    problem = principal["problem"]
    if not problem and principal["active_until"] < timezone.now().timestamp():
        problem = SessionEndedError.reason
    if problem:
        raise PROBLEMS[problem]
    return principal


def user_from(principal: Principal) -> User:
    """Return the user of a snapshot as a model instance; what it lacks is read when asked for."""
    values = principal["user"]
    user = User.from_db(None, list(values), list(values.values()))
    user._state.db = "default"  # as a row that was read from there
    user.principal = principal
    user.granted_codes = frozenset(principal["codes"])
    return user


def _load(sid: str, user_id: int) -> Principal:
    session = Session.objects.filter(sid=sid, user_id=user_id).first()
    user = User.objects.select_related("department").filter(pk=user_id).first()
    if session is None or user is None:
        return _refused(SessionEndedError.reason)
    if session.closed_at is not None:
        is_disabled = session.closing == Closing.DISABLED and not user.is_active
        return _refused((UserDisabledError if is_disabled else SessionEndedError).reason)
    grants = grants_of(user_id)
    return {
        "user": {name: _plain(getattr(user, name)) for name in SNAPSHOT_FIELDS},
        "me": _profile(user, grants.role_names),
        "role_ids": grants.role_ids,
        "codes": sorted(grants.codes),
        "view": view_read(user),
        "problem": problem_of(user, all_roles_disabled=grants.are_all_disabled),
        "active_until": session.expires_at.timestamp(),
    }


def problem_of(user: User, *, all_roles_disabled: bool) -> str:
    """Return the reason why nothing that a user asks for is done; "" where there is none."""
    department = user.department
    if not user.is_active:
        return UserDisabledError.reason
    if department and (not department.is_active or department.deleted_at):
        return DepartmentDisabledError.reason
    if all_roles_disabled and not user.is_superuser:
        return RolesDisabledError.reason
    return ""


def _profile(user: User, role_names: list[str]) -> dict[str, Any]:
    """Return the profile as the wire wants it; it is asked for at every page load."""
    return {
        "dept_id": wire_id(user.department.pk if user.department else None),
        "username": user.username,
        "nickname": user.nickname,
        "avatar": user.avatar or None,
        "email": user.email,
        "phone": user.phone or None,
        "id": wire_id(user.pk),
        "uuid": str(user.uuid),
        "status": int(user.is_active),
        "is_superuser": user.is_superuser,
        "is_staff": user.is_staff,
        "is_multi_login": user.is_multi_login,
        "join_time": wire_time(user.joined_at),
        "last_login_time": wire_time(user.last_login),
        "dept": user.department.name if user.department else None,
        "roles": role_names,
        "must_change_password": user.must_change_password,
    }


def _refused(problem: str) -> Principal:
    return {
        "user": {},
        "me": {},
        "role_ids": [],
        "codes": [],
        "view": NO_VIEW,
        "problem": problem,
        "active_until": 0.0,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
