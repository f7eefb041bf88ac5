"""The first accounts."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.access.models import Role
from apps.accounts.models import User
from apps.accounts.services.users import user_create
from apps.organization.models import Department

DEMO_PASSWORD = "123456"  # noqa: S105 - known to everybody; production refuses the demo
DEMO_USERS = (("opt", "operator"), ("user", "user"))


@transaction.atomic
def seed(*, demo: bool) -> list[str]:
    """Make the first administrator and, for a demo, the demo accounts; existing ones are kept.

    The administrator's random password is told once, here, and must be changed at first sign-in.

    Args:
        demo: Whether to make accounts with a known password.

    Returns:
        Lines to show to whoever started the platform.
    """
    department = Department.objects.filter(parent=None).order_by("pk").first()
    if demo:
        _demo_accounts(department)
        return []
    if User.objects.filter(is_superuser=True).exists():
        return []
    password = _random()
    _administrator(password, department, must_change_password=True)
    return [f"Sign in as admin with the password {password}"]


def _administrator(
    password: str, department: Department | None, *, must_change_password: bool
) -> User:
    return user_create(
        actor=None,
        username="admin",
        password=password,
        nickname="admin",
        email="admin@example.com",
        department=department,
        is_superuser=True,
        is_staff=True,
        is_multi_login=True,
        must_change_password=must_change_password,
    )


def _demo_accounts(department: Department | None) -> None:
    existing = set(User.objects.values_list("username", flat=True))
    if "admin" not in existing:
        _open_to_everybody(_administrator(_random(), department, must_change_password=False))
    for username, kind in DEMO_USERS:
        if username in existing:
            continue
        user = user_create(
            actor=None,
            username=username,
            password=_random(),
            email=f"{username}@example.com",
            department=department,
            roles=Role.objects.filter(remark=f"demo:{kind}"),
            is_multi_login=True,
            is_staff=kind == "operator",
        )
        _open_to_everybody(user)


def _open_to_everybody(user: User) -> None:
    """Give a demo account its known password, which no policy would let pass."""
    user.password = make_password(DEMO_PASSWORD)
    user.save(update_fields=["password"])


def _random() -> str:
    return f"{secrets.token_urlsafe(12)}-1a"
