from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from apps.scheduling.models import Lease
from apps.scheduling.services.leases import lease_drop, lease_take

pytestmark = pytest.mark.django_db


def _take(holder: str, seconds: float = 15) -> bool:
    return lease_take(name="watch", holder=holder, seconds=seconds)


def test_one_alone_holds_a_lease_and_may_prolong_it() -> None:
    assert _take("one")
    assert not _take("two")
    assert _take("one", 60)
    assert Lease.objects.get().until_at > timezone.now() + timedelta(seconds=30)


def test_a_lease_that_is_over_goes_to_who_asks() -> None:
    assert _take("one", -1)
    assert _take("two")
    assert not _take("one")


def test_what_is_given_up_is_free_at_once() -> None:
    assert _take("one")
    lease_drop(name="watch", holder="two")
    assert not _take("two")
    lease_drop(name="watch", holder="one")
    assert _take("two")


def test_who_comes_second_in_the_same_moment_has_no_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_values: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Lease.objects, "create", refuse)
    assert not _take("one")
