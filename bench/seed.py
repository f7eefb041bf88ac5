"""Rows to measure with: departments, roles, and users that hold several of them."""

from __future__ import annotations

import argparse

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.access.choices import DEPARTMENTS_VARIABLE
from apps.access.models import DataScope, Menu, ObjectGrant, Role
from apps.accounts.choices import Channel
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.core.visibility import visible_to
from apps.organization.models import Department

SHARED = "shared"
"""Who sees as much as they, and single rows of the other half besides."""

SCOPED = "scoped"
"""Whose list the data scopes narrow."""


def seed(chosen: argparse.Namespace) -> None:
    """Empty the database and fill it with as many rows as asked for."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("init", verbosity=0)
    Department.objects.bulk_create(
        Department(name=f"department {number}", leader="somebody", sort=number)
        for number in range(chosen.departments)
    )
    Role.objects.bulk_create(Role(name=f"role {number}") for number in range(chosen.roles))
    departments, roles = list(Department.objects.all()), list(Role.objects.all())
    User.objects.bulk_create(
        User(
            username=f"user{number}",
            nickname=f"User {number}",
            email=f"user{number}@example.com",
            password="!",  # noqa: S106 - no password fits
            department=departments[number % len(departments)],
            last_login=timezone.now(),
        )
        for number in range(chosen.users)
    )
    link = User.roles.through
    link.objects.bulk_create(
        link(user_id=pk, role_id=roles[(number + step) % len(roles)].pk)
        for number, pk in enumerate(User.objects.values_list("pk", flat=True))
        for step in range(chosen.roles_per_user)
    )

    _make_scoped(departments)
    _share(chosen.grants)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what the server does by itself in its own time


def _make_scoped(departments: list[Department]) -> None:
    """Make somebody who sees their department and all below it: half of all users."""
    first, *others = departments
    half = [department.pk for department in others[: len(others) // 2]]
    Department.objects.filter(pk__in=half).update(parent=first)
    role = Role.objects.create(name="scoped")
    role.menus.set(Menu.objects.filter(name="SysUser"))
    role.scopes.set(DataScope.objects.filter(rules__value=DEPARTMENTS_VARIABLE))
    for name in (SCOPED, SHARED):
        user = User.objects.create(
            username=name,
            nickname=name,
            password="!",  # noqa: S106 - no password fits
            password_changed_at=timezone.now(),
            department=first,
        )
        user.roles.add(role)


def _share(count: int) -> None:
    """Share so many users with somebody whose scopes do not show them, and some with others."""
    shared = User.objects.get(username=SHARED)
    kind = ContentType.objects.get_for_model(User)
    view = Permission.objects.get(content_type=kind, codename="view_user")
    seen = visible_to(User.objects.all(), shared).values("pk")
    keys = list(User.objects.exclude(pk__in=seen).values_list("pk", flat=True)[:count])
    others = list(
        User.objects.filter(username__startswith="user").values_list("pk", flat=True)[:20]
    )
    ObjectGrant.objects.bulk_create(
        ObjectGrant(user_id=user_id, permission=view, content_type=kind, object_pk=str(key))
        for user_id in (shared.pk, *others)
        for key in keys
    )


def sign_in(username: str = "admin") -> str:
    """Return an access token of a user."""
    user = get_user_model().objects.get(username=username)
    return session_open(user=user, channel=Channel.API).access
