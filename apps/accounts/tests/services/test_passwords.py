from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.utils import timezone

from apps.accounts.choices import Channel, Closing
from apps.accounts.errors import (
    PasswordMismatchError,
    PasswordPolicyError,
    PasswordReusedError,
    PasswordWrongError,
)
from apps.accounts.services.passwords import (
    password_change,
    password_check_policy,
    password_days_left,
    password_set,
)
from apps.accounts.services.sessions import session_open
from apps.core.testing.fixtures import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("a1", "6 characters or more"),
        ("a1" * 20, "32 characters at most"),
        ("a" * 72 + "1", "32 characters at most"),
        ("123456", "needs a letter"),
        ("密码密码密码1", "needs a letter"),
        ("abcdef", "needs a digit"),
        ("Somebody1", "may not be the user name"),
    ],
)
def test_the_policy_names_the_rule_that_is_broken(password: str, problem: str) -> None:
    with pytest.raises(PasswordPolicyError, match=problem):
        password_check_policy(password=password, username="somebody1")


def test_a_special_character_is_asked_for_where_the_setting_says_so(
    atrium: Callable[..., None],
) -> None:
    password_check_policy(password="abc123", username="x")
    atrium(password_require_special=True)
    with pytest.raises(PasswordPolicyError, match="special"):
        password_check_policy(password="abc123", username="x")
    password_check_policy(password="abc-123", username="x")


def test_a_new_password_ends_every_session(user: Any) -> None:
    session_open(user=user, channel=Channel.API)
    password_set(user=user, password="Another-1")
    user.refresh_from_db()
    assert check_password("Another-1", user.password)
    assert user.sessions.get().closing == Closing.PASSWORD


def test_the_last_passwords_may_not_come_back(user: Any) -> None:
    for number in (1, 2, 3):
        password_set(user=user, password=f"Number-{number}")
    for number in (1, 2, 3):
        with pytest.raises(PasswordReusedError, match="last 3"):
            password_set(user=user, password=f"Number-{number}")
    password_set(user=user, password="Number-4")
    password_set(user=user, password="Number-1")
    assert user.password_history.count() == 3


def test_whoever_changes_a_password_must_know_the_old_one(user: Any) -> None:
    with pytest.raises(PasswordWrongError):
        password_change(user=user, old="wrong", new="Another-1", confirm="Another-1")
    with pytest.raises(PasswordMismatchError):
        password_change(user=user, old=PASSWORD, new="Another-1", confirm="Another-2")
    user.must_change_password = True
    password_change(user=user, old=PASSWORD, new="Another-1", confirm="Another-1")
    user.refresh_from_db()
    assert not user.must_change_password


@pytest.mark.parametrize(("age", "left"), [(timedelta(0), 364), (timedelta(days=364, hours=1), 0)])
def test_the_days_left_are_whole_days(user: Any, age: timedelta, left: int) -> None:
    user.password_changed_at = timezone.now() - age
    assert password_days_left(user) == left


def test_a_password_expires_and_a_missing_date_counts_as_expired(
    user: Any, atrium: Callable[..., None]
) -> None:
    user.password_changed_at = timezone.now() - timedelta(days=366)
    assert password_days_left(user) == -2
    user.password_changed_at = None
    assert password_days_left(user) == -1
    atrium(password_expiry_days=0)
    assert password_days_left(user) is None
