"""Users in the bin: restored and purged, by somebody who may."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.access.services.held import roles_assignable
from apps.accounts.choices import Closing
from apps.accounts.errors import (
    RestoreDepartmentError,
    RestoreEmailError,
    RestoreUsernameError,
)
from apps.accounts.models import User
from apps.accounts.services.ranks import ensure_manageable
from apps.accounts.services.sessions import sessions_close
from apps.accounts.services.users import hold_department, user_tell
from apps.core.cached import invalidate, user_tag
from apps.core.errors import NotFoundError


@transaction.atomic
def user_restore(*, actor: User, user: User, **columns: Any) -> User:
    """Take a user out of the bin: as they were, with their roles, and signed in nowhere.

    Args:
        columns: What they are to have instead: `username`, `email`, `department`.

    Raises:
        RestoreUsernameError, RestoreEmailError: Somebody has it.
        RestoreDepartmentError: Their department is in the bin.
        SuperuserOnlyError, NotHeldError: The user, or one of their roles, is above the actor.
        NotFoundError: The department given was deleted a moment ago.
    """
    _ensure_restorable(actor, user)
    _refuse_taken(columns.get("username", user.username), columns.get("email", user.email))
    department = columns.get("department", user.department)
    try:
        hold_department(department)
    except NotFoundError:
        if "department" in columns or department is None:
            raise
        raise RestoreDepartmentError(name=department.name) from None
    user.take_out_of_bin(**columns)
    # Whoever signed in at the very moment of the deletion may have left one open.
    sessions_close(sessions=user.sessions.all(), closing=Closing.DISABLED)
    invalidate(user_tag(user.pk))
    user_tell(user=user)
    return user


@transaction.atomic
def users_purge(*, actor: User | None, users: Iterable[User]) -> None:
    """Delete users in the bin, and everything that is theirs alone, for good: all or none.

    Logs keep their names.

    Args:
        actor: Who purges; None for the schedule.

    Raises:
        SuperuserOnlyError, NotHeldError: A user is above the actor.
    """
    for user in users:
        if actor is not None:
            ensure_manageable(actor=actor, user=user)
        user.delete()


def _ensure_restorable(actor: User, user: User) -> None:
    """Whoever brings somebody back gives them what they hold."""
    ensure_manageable(actor=actor, user=user)
    roles_assignable(actor=actor, roles=user.roles.all())


def _refuse_taken(username: str, email: str | None) -> None:
    if User.objects.filter(username=username).exists():
        raise RestoreUsernameError(username=username)
    if email and User.objects.filter(email__iexact=email).exists():
        raise RestoreEmailError(email=email)
