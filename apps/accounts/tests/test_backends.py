from typing import Any

import pytest

from apps.accounts.backends import PasswordBackend

pytestmark = pytest.mark.django_db


def test_users_are_found_by_id_and_never_by_password(user: Any) -> None:
    backend: Any = PasswordBackend()
    assert backend.authenticate(None, username="ann", password="Correct-1") is None
    assert backend.get_user(user.pk) == user
    assert backend.get_user(0) is None
