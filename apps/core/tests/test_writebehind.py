from collections.abc import Mapping
from threading import Event

import pytest
from django.db import DatabaseError

from apps.core.writebehind import WriteBehind, forget_all, run_all

Written = list[dict[str, int]]


@pytest.fixture
def written() -> Written:
    return []


def _behind(written: Written, seconds: float = 60) -> WriteBehind[str, int]:
    def write(pending: Mapping[str, int]) -> None:
        written.append(dict(pending))

    return WriteBehind(write, seconds=seconds)


def test_the_last_value_of_each_key_is_written_at_once(written: Written) -> None:
    facts = _behind(written)
    for key, value in (("a", 1), ("b", 2), ("a", 3)):
        facts.put(key, value)
    assert written == []
    facts.flush()
    assert written == [{"a": 3, "b": 2}]


def test_nothing_is_written_twice_or_for_nothing(written: Written) -> None:
    facts = _behind(written)
    facts.put("a", 1)
    facts.flush()
    facts.flush()
    facts.run()
    assert len(written) == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_written_by_itself_after_a_while() -> None:
    done = Event()
    facts: WriteBehind[str, int] = WriteBehind(lambda _pending: done.set(), seconds=0.01)
    facts.put("a", 1)
    assert done.wait(5)
    done.clear()
    facts.put("b", 2)  # and again, by another timer
    assert done.wait(5)


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_logged_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_pending: Mapping[str, int]) -> None:
        raise DatabaseError

    facts: WriteBehind[str, int] = WriteBehind(fail, seconds=60)
    facts.put("a", 1)
    facts.run()
    assert "could not write behind" in caplog.text
    facts.put("b", 2)
    assert facts.take() == {"b": 2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [DatabaseError, RuntimeError])
def test_each_is_written_whichever_other_fails(
    written: Written, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    def fail(_pending: Mapping[str, int]) -> None:
        raise fault

    bad: list[WriteBehind[str, int]] = [WriteBehind(fail, seconds=60) for _each in range(4)]
    good = [_behind(written) for _each in range(4)]  # a set has no order: one comes after a bad one
    for number, facts in enumerate([*bad, *good]):
        facts.put("a", number)
    run_all()
    assert sorted(each["a"] for each in written) == [4, 5, 6, 7]
    assert caplog.text.count("could not write behind") == len(bad)


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_in_good_order_writes_first(written: Written) -> None:
    facts = _behind(written)
    facts.put("a", 1)
    run_all()
    assert written == [{"a": 1}]


def test_tests_can_drop_what_is_pending(written: Written) -> None:
    facts = _behind(written)
    facts.put("a", 1)
    forget_all()
    facts.flush()
    assert written == []
