from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from apps.core import limits
from apps.core.limits import Limit, count_call, forget_calls

LIMIT = Limit(3, 60)


@pytest.fixture(autouse=True)
def _still_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.core.limits._now", lambda: 1_000_000_020)  # 20 s into a window of 60


def test_so_many_calls_pass_and_no_more() -> None:
    waits = [count_call(LIMIT, route="r", who="a") for _ in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert waits[3] == waits[4] == 60 - 1_000_000_020 % 60


def test_routes_and_callers_are_counted_apart() -> None:
    for _ in range(4):
        count_call(LIMIT, route="r", who="a")
    assert count_call(LIMIT, route="r", who="b") == 0
    assert count_call(LIMIT, route="s", who="a") == 0
    assert count_call(Limit(3, 30), route="r", who="a") == 0


def test_the_next_window_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        count_call(LIMIT, route="r", who="a")
    monkeypatch.setattr("apps.core.limits._now", lambda: 1_000_000_080)
    assert count_call(LIMIT, route="r", who="a") == 0


def test_calls_can_be_given_back() -> None:
    for _ in range(4):
        count_call(LIMIT, route="r", who="a")
    forget_calls(LIMIT, route="r", who="a")
    assert count_call(LIMIT, route="r", who="a") == 0


def test_parallel_calls_do_not_slip_through() -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _n: count_call(Limit(10, 60), route="p", who="a"), range(100)))
    assert Counter(bool(wait) for wait in waits) == {False: 10, True: 90}


def test_with_the_cache_out_of_reach_this_process_goes_on_counting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone:
        def __getattr__(self, name: str) -> Any:
            raise redis.ConnectionError

    monkeypatch.setattr(limits, "cache", Gone())
    waits = [count_call(LIMIT, route="gone", who="a") for _ in range(4)]
    assert [bool(wait) for wait in waits] == [False, False, False, True]
    forget_calls(LIMIT, route="gone", who="a")
    assert count_call(LIMIT, route="gone", who="a") == 0
