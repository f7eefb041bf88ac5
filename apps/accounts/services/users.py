"""Users: made, changed, switched and deleted, by somebody who may."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Literal

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from apps.access.models import Role
from apps.access.services.held import roles_assignable
from apps.accounts.choices import Closing
from apps.accounts.errors import (
    EmailTakenError,
    LastSuperuserError,
    SelfChangeError,
    SessionEndedError,
    SuperuserOnlyError,
    UsernameTakenError,
)
from apps.accounts.models import PasswordHistory, User
from apps.accounts.services.codes import address_code_check
from apps.accounts.services.passwords import password_check_policy, password_set
from apps.accounts.services.ranks import ensure_manageable
from apps.accounts.services.sessions import sessions_close
from apps.accounts.topics import USERS
from apps.core.cached import invalidate, user_tag
from apps.core.errors import NotFoundError
from apps.core.live import broadcast_row
from apps.organization.models import Department, Position

Flag = Literal["superuser", "staff", "status", "multi_login"]
FLAGS: dict[Flag, str] = {
    "superuser": "is_superuser",
    "staff": "is_staff",
    "status": "is_active",
    "multi_login": "is_multi_login",
}


@transaction.atomic
def user_create(
    *,
    actor: User | None,
    username: str,
    password: str,
    department: Department | None,
    roles: Iterable[Role] = (),
    positions: Iterable[Position] = (),
    **profile: Any,
) -> User:
    """Make a user who can sign in at once.

    Args:
        actor: Who makes them; None for a command, which may do anything.
        profile: Further columns of `User`: nickname, email, phone, avatar, flags.

    Raises:
        UsernameTakenError, EmailTakenError: Somebody has it.
        PasswordPolicyError: The password breaks a rule.
        NotHeldError: A role grants what the actor does not hold.
        NotFoundError: The department was deleted a moment ago.
    """
    password_check_policy(password=password, username=username)
    given = list(roles)
    if actor is not None:
        roles_assignable(actor=actor, roles=given)
    _refuse_taken(username=username, email=profile.get("email"), but=None)
    hold_department(department)
    user = User(
        username=username,
        nickname=profile.pop("nickname", "") or username,
        password=make_password(password),
        password_changed_at=timezone.now(),
        uuid=uuid.uuid4(),
        department=department,
        **profile,
    )
    user.save(force_insert=True)
    user.roles.set(given)
    user.positions.set(positions)
    PasswordHistory.objects.create(user=user, password=user.password)
    user_tell(user=user)
    return user


@transaction.atomic
def user_update(
    *,
    actor: User,
    user: User,
    roles: Iterable[Role] | None = None,
    positions: Iterable[Position] | None = None,
    **columns: Any,
) -> User:
    """Change the columns given, and the roles and positions if they are given.

    Raises:
        UsernameTakenError, EmailTakenError: Somebody else has it.
        SuperuserOnlyError, NotHeldError: The user, or a role, is above the actor.
        NotFoundError: The department was deleted a moment ago.
    """
    ensure_manageable(actor=actor, user=user)
    _refuse_taken(username=columns.get("username"), email=columns.get("email"), but=user)
    hold_department(columns.get("department"))
    for name, value in columns.items():
        setattr(user, name, value)
    user.save()
    if roles is not None:
        wanted = list(roles)
        held = set(user.roles.values_list("pk", flat=True))
        roles_assignable(actor=actor, roles=[role for role in wanted if role.pk not in held])
        user.roles.set(wanted)
    if positions is not None:
        user.positions.set(positions)
    invalidate(user_tag(user.pk))
    user_tell(user=user)
    return user


@transaction.atomic
def user_flag_toggle(*, actor: User, user: User, flag: Flag) -> bool:
    """Invert one flag of a user and return what it is now.

    Disabling a user ends their sessions; taking multi-login away leaves them the newest one.

    Raises:
        SelfChangeError: The actor's own flag, multi-login apart.
        SuperuserOnlyError: Only superusers make superusers and open the console.
        LastSuperuserError: Nobody would be left who may do everything.
    """
    ensure_manageable(actor=actor, user=user)
    if flag != "multi_login" and actor.pk == user.pk:
        raise SelfChangeError
    if flag in {"superuser", "staff"} and not actor.is_superuser:
        raise SuperuserOnlyError
    name = FLAGS[flag]
    is_on = not getattr(user, name)
    if not is_on and flag in {"superuser", "status"}:
        _refuse_last_superuser(user)
    setattr(user, name, is_on)
    user.save(update_fields=[name, "updated_at", "updated_by_id"])
    if flag == "status" and not is_on:
        sessions_close(sessions=user.sessions.all(), closing=Closing.DISABLED)
    if flag == "multi_login" and not is_on:
        newest = user.sessions.live().order_by("-active_at", "-id").first()
        others = user.sessions.exclude(pk=newest.pk) if newest else user.sessions.all()
        sessions_close(sessions=others, closing=Closing.REPLACED)
    invalidate(user_tag(user.pk))
    user_tell(user=user)
    return is_on


@transaction.atomic
def user_delete(*, actor: User, user: User) -> None:
    """Move a user into the bin: for everybody they are gone, and their sessions end.

    Raises:
        SelfChangeError: The actor's own account.
        LastSuperuserError: Nobody would be left who may do everything.
        SuperuserOnlyError, NotHeldError: The user is above the actor.
    """
    if actor.pk == user.pk:
        raise SelfChangeError
    ensure_manageable(actor=actor, user=user)
    _refuse_last_superuser(user)
    user.move_to_bin()
    sessions_close(sessions=user.sessions.all(), closing=Closing.DISABLED)
    invalidate(user_tag(user.pk))


@transaction.atomic
def users_set_active(*, actor: User, users: Iterable[User], is_active: bool) -> int:
    """Enable or disable users, all of them or none; superusers stay as they are.

    Returns:
        How many changed.

    Raises:
        SelfChangeError: The actor is among them.
        NotHeldError: One of them is above the actor.
    """
    changed = [user for user in users if user.is_active != is_active and not user.is_superuser]
    for user in changed:
        user_flag_toggle(actor=actor, user=user, flag="status")
    return len(changed)


@transaction.atomic
def user_password_reset(
    *, actor: User, user: User, password: str, must_change: bool = False
) -> None:
    """Give another user a new password; all of their sessions end.

    Raises:
        SuperuserOnlyError, NotHeldError: The user is above the actor, who could become them.
        PasswordPolicyError, PasswordReusedError: See `password_set`.
    """
    ensure_manageable(actor=actor, user=user)
    password_set(user=user, password=password, must_change=must_change)


@transaction.atomic
def profile_update(*, user: User, **columns: Any) -> None:
    """Change somebody's own nickname or avatar.

    Raises:
        SessionEndedError: They were deleted a moment ago.
    """
    stored = User.objects.select_for_update().filter(pk=user.pk).first()
    if stored is None:
        raise SessionEndedError
    for name, value in columns.items():
        setattr(stored, name, value)
    stored.save(update_fields=[*columns, "updated_at", "updated_by_id"])
    invalidate(user_tag(user.pk))
    user_tell(user=user)


@transaction.atomic
def profile_email_change(*, user: User, email: str, code: str) -> None:
    """Change somebody's own e-mail address, once they have shown that they read it.

    Raises:
        CaptchaExpiredError, CaptchaWrongError: The code; see `address_code_check`.
        EmailTakenError: Somebody else has it.
    """
    address_code_check(user=user, address=email, code=code)
    _refuse_taken(username=None, email=email, but=user)
    profile_update(user=user, email=email)


def user_tell(*, user: User) -> None:
    """Tell whoever watches the users, and may see this one, that something of them changed."""
    broadcast_row(USERS, "user.changed", pk=user.pk)


def _refuse_taken(*, username: str | None, email: str | None, but: User | None) -> None:
    others = User.objects.exclude(pk=but.pk) if but else User.objects.all()
    if username and others.filter(username=username).exists():
        raise UsernameTakenError
    if email and others.filter(email__iexact=email).exists():
        raise EmailTakenError


def hold_department(department: Department | None) -> None:
    """Keep a department from being deleted until its new user is written.

    Raises:
        NotFoundError: It was deleted a moment ago.
    """
    if department is None:
        return
    held = Department.objects.select_for_update().filter(pk=department.pk)
    if held.first() is None:
        raise NotFoundError


def superusers_hold() -> None:
    """Lock the superusers, in one order for everybody, before one of them is locked alone.

    Otherwise two of them who delete each other wait for each other, and the database ends one.
    """
    list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk").values("pk"))


def _refuse_last_superuser(user: User) -> None:
    if not user.is_superuser or not user.is_active:
        return
    # Locked, so that two of them cannot delete each other at the same time.
    superusers = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
    if {found.pk for found in superusers} <= {user.pk}:
        raise LastSuperuserError
