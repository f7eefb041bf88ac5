from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from apps.scheduling.models import Lease
from apps.scheduling.services.leases import lease_drop, lease_keep, lease_take

THREADS = 6


def _age(seconds: float) -> None:
    Lease.objects.update(until_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_what_nobody_holds_can_be_taken_by_one_alone() -> None:
    assert lease_take(name="x", holder="one")
    assert not lease_take(name="x", holder="two")
    assert lease_take(name="y", holder="two")


@pytest.mark.django_db
def test_its_holder_may_take_it_again() -> None:
    assert lease_take(name="x", holder="one")
    assert lease_take(name="x", holder="one")


@pytest.mark.django_db
def test_one_that_a_clock_ahead_has_left_is_free() -> None:
    lease_take(name="x", holder="dead", seconds=24 * 3600)
    assert not lease_take(name="x", holder="two", seconds=15, longest=24 * 3600)
    assert lease_take(name="x", holder="two", seconds=15)
    assert not lease_take(name="x", holder="three", seconds=15)


@pytest.mark.django_db
def test_a_successor_has_the_place_of_the_one_before() -> None:
    lease_take(name="x", holder="run:1")
    assert not lease_take(name="x", holder="run:3", formerly="run:2")
    assert lease_take(name="x", holder="run:2", formerly="run:1")
    lease_drop(name="x", holder="run:1")
    assert Lease.objects.get().holder == "run:2"
    lease_drop(name="x", holder="run")
    assert not Lease.objects.exists()


@pytest.mark.django_db
def test_it_ends_by_itself() -> None:
    lease_take(name="x", holder="one")
    _age(1)
    assert lease_take(name="x", holder="two")
    assert Lease.objects.get().holder == "two"


@pytest.mark.django_db
def test_a_sign_of_life_keeps_it_and_tells_whether_it_is_ours_still() -> None:
    lease_take(name="x", holder="one", seconds=1)
    assert lease_keep(name="x", holder="one", seconds=60)
    assert Lease.objects.get().until_at > timezone.now() + timedelta(seconds=30)
    assert not lease_keep(name="x", holder="two")


@pytest.mark.django_db
def test_only_its_holder_gives_it_back() -> None:
    lease_take(name="x", holder="one")
    lease_drop(name="x", holder="two")
    assert not lease_take(name="x", holder="two")
    lease_drop(name="x", holder="one")
    assert lease_take(name="x", holder="two")


def _all_at_once(name: str) -> list[bool]:
    start = Barrier(THREADS)

    def take(number: int) -> bool:
        try:
            start.wait(10)
            return lease_take(name=name, holder=f"holder {number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(take, range(THREADS)))


@pytest.fixture(params=range(5))
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    yield f"lease {request.param}"
    Lease.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_a_new_one_at_once_one_has_it(name: str) -> None:
    taken = _all_at_once(name)
    assert taken.count(True) == 1
    assert Lease.objects.get().holder == f"holder {taken.index(True)}"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_take_an_ended_one_at_once_one_has_it(name: str) -> None:
    lease_take(name=name, holder="dead")
    _age(1)
    assert _all_at_once(name).count(True) == 1
