from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from apps.accounts.errors import SignInError
from apps.audit.models import LoginLog
from apps.audit.services.logins import failure_add, failures_kept, success_add

pytestmark = pytest.mark.django_db
WRONG = {"channel": "api", "reason": SignInError.reason, "message": "no"}


def test_a_success_names_the_user(user: Any) -> None:
    success_add(user=user, channel="api")
    row = LoginLog.objects.get()
    assert (row.username, row.user_uuid, row.is_success) == ("ann", str(user.uuid), True)
    assert (row.message, row.reason, row.channel) == ("Signed in.", "", "api")


def test_a_failure_says_why(user: Any) -> None:
    failure_add(username="ann", **WRONG)
    row = LoginLog.objects.get()
    assert (row.is_success, row.reason, row.message) == (False, "accounts.sign_in.refused", "no")
    assert row.user_uuid == str(user.uuid)


def test_a_name_that_nobody_has_gets_a_public_id_of_its_own(user: Any) -> None:
    failure_add(username="bob", **WRONG)
    failure_add(username="bob", **WRONG)
    first, second = (UUID(row.user_uuid) for row in LoginLog.objects.all())
    assert len({first, second, user.uuid}) == 3


def test_a_failure_outlives_the_transaction_that_it_undoes() -> None:
    def refuse() -> None:
        with transaction.atomic():
            failure_add(username="bob", **WRONG)
            raise SignInError

    with failures_kept():
        with pytest.raises(SignInError):
            refuse()
        assert LoginLog.objects.count() == 0
    assert LoginLog.objects.get().username == "bob"
