"""Rows to measure with: departments, roles, and users that hold several of them."""

from __future__ import annotations

import argparse

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.utils import timezone

from apps.access.models import Role
from apps.accounts.choices import Channel
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.organization.models import Department


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


def sign_in() -> str:
    """Return an access token of the administrator."""
    admin = get_user_model().objects.get(username="admin")
    return session_open(user=admin, channel=Channel.API).access
