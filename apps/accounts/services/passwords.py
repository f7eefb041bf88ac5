"""Passwords: the policy, changes and resets, and what a change ends."""

from __future__ import annotations

import string
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.choices import Closing
from apps.accounts.errors import (
    PasswordMismatchError,
    PasswordPolicyError,
    PasswordReusedError,
    PasswordWrongError,
)
from apps.accounts.models import PasswordHistory, User
from apps.accounts.services.sessions import sessions_close
from apps.core.cached import invalidate, user_tag


def password_check_policy(*, password: str, username: str) -> None:
    """Let a password pass that keeps the policy.

    Raises:
        PasswordPolicyError: The first rule it breaks.
    """
    rules = settings.ATRIUM
    shortest, longest = rules.password_min_length, rules.password_max_length
    problem = ""
    if len(password) < shortest:
        text = ngettext(
            "The password needs %(n)s character or more.",
            "The password needs %(n)s characters or more.",
            shortest,
        )
        problem = text % {"n": shortest}
    elif len(password) > longest:
        problem = _("The password may have %(n)s characters at most.") % {"n": longest}
    elif not any(letter in string.ascii_letters for letter in password):
        problem = _("The password needs a letter.")
    elif not any(letter in string.digits for letter in password):
        problem = _("The password needs a digit.")
    elif rules.password_require_special and password.isalnum():
        problem = _("The password needs a special character.")
    elif username and password.lower() == username.lower():
        problem = _("The password may not be the user name.")
    if problem:
        raise PasswordPolicyError(problem=problem)


@transaction.atomic
def password_set(*, user: User, password: str, must_change: bool = False) -> None:
    """Give a user a new password that keeps the policy, and end all of their sessions.

    Args:
        must_change: Whether the user must choose another one at the next sign-in.

    Raises:
        PasswordPolicyError: It breaks a rule.
        PasswordReusedError: It is one of the last ones.
    """
    password_check_policy(password=password, username=user.username)
    count = settings.ATRIUM.password_history
    history = user.password_history.all()
    if any(check_password(password, kept.password) for kept in history[:count]):
        raise PasswordReusedError(count=count)
    user.password = make_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    PasswordHistory.objects.create(user=user, password=user.password)
    history.filter(pk__in=[kept.pk for kept in history[count:]]).delete()
    sessions_close(sessions=user.sessions.all(), closing=Closing.PASSWORD)
    invalidate(user_tag(user.pk))


def password_change(*, user: User, old: str, new: str, confirm: str) -> None:
    """Let somebody change their own password.

    Raises:
        PasswordWrongError: The old one is wrong.
        PasswordMismatchError: The two new ones differ.
        PasswordPolicyError: It breaks a rule.
        PasswordReusedError: It is one of the last ones.
    """
    if not check_password(old, user.password):
        raise PasswordWrongError
    if new != confirm:
        raise PasswordMismatchError
    password_set(user=user, password=new)


def password_days_left(user: User) -> int | None:
    """Return the whole days until the password expires, below 0 once it has; None for never."""
    days = settings.ATRIUM.password_expiry_days
    if not days:
        return None
    if user.password_changed_at is None:
        return -1
    left = user.password_changed_at + timedelta(days=days) - timezone.now()
    return left.days
