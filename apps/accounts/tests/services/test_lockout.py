from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.errors import LockedError
from apps.accounts.models import Session
from apps.accounts.services import lockout

pytestmark = pytest.mark.django_db
ANN = {"username": "ann", "address": "192.0.2.1"}


def _fail(times: int, **who: str) -> None:
    for _time in range(times):
        lockout.attempt_begin(**who)


def test_the_last_failure_allowed_says_that_it_locked() -> None:
    for _time in range(4):
        lockout.attempt_begin(**ANN)
        lockout.attempt_failed(**ANN)
    lockout.attempt_begin(**ANN)
    with pytest.raises(LockedError, match="5 minutes"):
        lockout.attempt_failed(**ANN)
    with pytest.raises(LockedError):
        lockout.attempt_begin(**ANN)


def test_a_lock_holds_for_its_address_only() -> None:
    _fail(5, **ANN)
    lockout.attempt_begin(username="ann", address="192.0.2.2")


def test_names_differ_in_more_than_case() -> None:
    _fail(5, **ANN)
    with pytest.raises(LockedError):
        lockout.attempt_begin(username="ANN", address=ANN["address"])


def test_an_address_that_tries_many_names_is_locked() -> None:
    for number in range(50):
        lockout.attempt_begin(username=f"name{number}", address="192.0.2.9")
    with pytest.raises(LockedError):
        lockout.attempt_begin(username="another", address="192.0.2.9")


def test_an_attack_from_everywhere_leaves_the_owner_the_addresses_they_used(user: Any) -> None:
    Session.objects.create(
        user=user, address="192.0.2.1", expires_at=timezone.now() + timedelta(days=1)
    )
    for number in range(100):
        lockout.attempt_begin(username=user.username, address=f"198.51.100.{number}")
    with pytest.raises(LockedError):
        lockout.attempt_begin(username=user.username, address="203.0.113.7")
    lockout.attempt_begin(username=user.username, address="192.0.2.1")


def test_the_right_password_starts_the_count_over() -> None:
    _fail(5, **ANN)
    lockout.attempts_forget(**ANN)
    _fail(5, **ANN)


def test_threshold_0_never_locks(atrium: Callable[..., None]) -> None:
    atrium(lock_threshold=0)
    for _time in range(30):
        lockout.attempt_begin(**ANN)
        lockout.attempt_failed(**ANN)


def test_forgetting_what_was_never_counted_is_no_error() -> None:
    lockout.attempts_forget(username="nobody", address="192.0.2.3")
