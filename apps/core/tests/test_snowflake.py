from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.core.snowflake import COUNT_BITS, EPOCH_MS, MAX_NODES, NODE_BITS, Snowflake


def _parts(number: int) -> tuple[int, int, int]:
    return (
        number >> (NODE_BITS + COUNT_BITS),
        number >> COUNT_BITS & (MAX_NODES - 1),
        number & ((1 << COUNT_BITS) - 1),
    )


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def at(milliseconds: int) -> None:
        moment = (EPOCH_MS + milliseconds) * 1_000_000
        monkeypatch.setattr("apps.core.snowflake.time.time_ns", lambda: moment)

    return at


def test_an_id_tells_time_node_and_count(set_clock: Callable[[int], None]) -> None:
    set_clock(5)
    make = Snowflake(node=lambda: 77)
    assert [_parts(make()) for _ in range(3)] == [(5, 77, 0), (5, 77, 1), (5, 77, 2)]
    set_clock(6)
    assert _parts(make()) == (6, 77, 0)


def test_ids_fit_a_bigint_and_rise() -> None:
    make = Snowflake(node=lambda: MAX_NODES - 1)
    ids = [make() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert 0 < ids[-1] < 2**63


def test_a_clock_that_goes_back_repeats_nothing(set_clock: Callable[[int], None]) -> None:
    make = Snowflake(node=lambda: 0)
    set_clock(1000)
    first = make()
    set_clock(10)
    assert make() > first


def test_more_ids_than_a_millisecond_holds_borrow_the_next(
    set_clock: Callable[[int], None],
) -> None:
    set_clock(5)
    make = Snowflake(node=lambda: 0)
    ids = [make() for _ in range((1 << COUNT_BITS) + 1)]
    assert len(set(ids)) == len(ids)
    assert _parts(ids[-1]) == (6, 0, 0)


def test_threads_never_get_the_same() -> None:
    make = Snowflake(node=lambda: 3)
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _n: make(), range(20_000)))
    assert len(set(ids)) == len(ids)


def test_a_node_is_asked_for_once_and_again_when_it_was_lost() -> None:
    nodes = iter([1, 2])
    make = Snowflake(node=lambda: next(nodes))
    assert {_parts(make())[1] for _ in range(3)} == {1}
    make.forget_node()
    assert _parts(make())[1] == 2
