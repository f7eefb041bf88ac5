from typing import Any

import pytest

from apps.realtime.consumers import seats as module
from apps.realtime.consumers.seats import Seat, Seats, strangers, users


def test_there_are_so_many_seats_for_each_and_one_that_is_left_is_free_again() -> None:
    seats = Seats()
    assert [seats.take("a", 2) for _time in range(3)] == [True, True, False]
    assert seats.take("b", 1)
    seats.leave("a")
    assert seats.take("a", 2)
    for key in ("a", "a", "b"):
        seats.leave(key)
    assert not seats  # nothing is kept of who has gone


def test_a_client_sits_with_those_of_its_address_and_then_with_its_users(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REALTIME_USER_SOCKETS = 1
    monkeypatch.setattr(module, "MAX_STRANGERS", 2)
    first, second, third, elsewhere = (Seat(address) for address in ("a", "a", "a", "b"))
    taken = [seat.take() for seat in (first, second, third, elsewhere)]
    assert taken == [True, True, False, True]
    third.leave()  # it had none to give back
    assert strangers == {"a": 2, "b": 1}
    assert first.move(5)
    assert first.move(5)  # a newer token
    assert not second.move(5)
    assert (strangers, users) == ({"a": 1, "b": 1}, {5: 1})
    assert third.take()
    for seat in (first, second, third, elsewhere, first):
        seat.leave()
    assert not strangers
    assert not users
