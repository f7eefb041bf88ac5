import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from apps.core import cached as module
from apps.core.cached import TwoLevelCache, cached, invalidate, two_level
from apps.core.testing.fixtures import empty_caches


class Flaky:
    """Django's cache, behind a wire that can be cut."""

    def __init__(self) -> None:
        self.is_down = False
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self.is_down:
                raise redis.ConnectionError
            self.calls += 1
            return getattr(cache, name)(*args, **kwargs)

        return call


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Flaky:
    found = Flaky()
    monkeypatch.setattr(module, "cache", found)
    return found


class Deaf(TwoLevelCache):
    """The cache of a process that misses every broadcast."""

    def _listen(self) -> None:
        pass


class Source:
    """What is cached: it counts how often it was asked."""

    def __init__(self, value: Any = 1) -> None:
        self.value, self.asked = value, 0

    def __call__(self) -> Any:
        self.asked += 1
        return self.value


def _get(source: Callable[[], Any], using: TwoLevelCache = two_level, *tags: str) -> Any:
    return using.get("key", source, tags=tags or ("tag",))


def _end(*tags: str) -> None:
    two_level.end(tags or ("tag",))


def test_a_value_is_made_once() -> None:
    source = Source()
    assert [_get(source) for _ in range(3)] == [1, 1, 1]
    assert source.asked == 1


def test_another_process_finds_it_in_the_shared_cache() -> None:
    source = Source()
    _get(source)
    assert _get(source, TwoLevelCache()) == 1
    assert source.asked == 1


def test_a_warm_read_costs_one_round_trip_and_within_a_second_none(flaky: Flaky) -> None:
    _get(Source())
    flaky.calls = 0
    _get(Source(), TwoLevelCache(), "tag")
    assert flaky.calls == 1
    _get(Source())
    assert flaky.calls == 1


def test_a_copy_is_believed_for_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Deaf()
    _get(Source(1), other)
    _end()
    assert _get(Source(2), other) == 1
    later = time.monotonic() + module.LOCAL_SECONDS
    monkeypatch.setattr("apps.core.cached.time.monotonic", lambda: later)
    assert _get(Source(2), other) == 2


@pytest.mark.parametrize("ended", ["one", "two"])
def test_ending_any_of_its_tags_ends_an_entry(ended: str) -> None:
    _get(Source(1), two_level, "one", "two")
    _end(ended)
    assert _get(Source(2), two_level, "one", "two") == 2


def test_ending_another_tag_changes_nothing() -> None:
    _get(Source(1))
    _end("other")
    assert _get(Source(2)) == 1


def test_none_is_never_kept() -> None:
    assert _get(Source(None)) is None
    assert _get(Source([])) == []
    assert _get(Source(2)) == []


def test_what_was_made_of_old_rows_is_not_brought_back() -> None:
    """A reader begins, the rows change and the tag ends, then the reader stores what it made."""

    def slow() -> int:
        _end()
        return 1

    assert _get(slow) == 1
    assert _get(Source(2)) == 2


def test_a_reader_that_was_overtaken_by_a_broadcast_keeps_no_copy() -> None:
    other = TwoLevelCache()
    entered, go_on = Event(), Event()

    def slow() -> int:
        entered.set()
        go_on.wait(5)
        return 1

    reader = Thread(target=lambda: _get(slow, other))
    reader.start()
    entered.wait(5)
    other.drop("tag")
    go_on.set()
    reader.join()
    assert other.peek("key") is None


def test_when_the_shared_cache_lost_everything_values_are_made_anew() -> None:
    _get(Source(1))
    empty_caches()
    assert _get(Source(2), TwoLevelCache()) == 2


def test_the_copies_of_a_process_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LOCAL", 3)
    ours = TwoLevelCache()
    for number in range(10):
        ours.get(f"key{number}", Source(), tags=())
    assert len(ours._local) <= 3


def test_with_the_shared_cache_down_the_platform_goes_on(flaky: Flaky) -> None:
    flaky.is_down = True
    source = Source()
    assert [_get(source) for _ in range(2)] == [1, 1]
    assert source.asked == 2
    _end()


def test_what_ended_during_an_outage_does_not_come_back_with_the_cache(flaky: Flaky) -> None:
    _get(Source(1))
    flaky.is_down = True
    _end()
    assert _get(Source(2)) == 2
    flaky.is_down = False
    assert _get(Source(2)) == 2
    assert _get(Source(3), TwoLevelCache()) == 2


@pytest.mark.django_db
def test_a_tag_ends_only_when_the_transaction_has_committed() -> None:
    _get(Source(1))
    with transaction.atomic():
        invalidate("tag")
        assert _get(Source(2)) == 1
    assert _get(Source(2)) == 2


@pytest.mark.django_db
def test_a_transaction_that_was_undone_ends_nothing() -> None:
    _get(Source(1))
    with transaction.atomic():
        invalidate("tag")
        transaction.set_rollback(True)
    assert _get(Source(2)) == 1


def test_a_function_is_cached_for_each_set_of_arguments() -> None:
    asked: list[tuple[str, int]] = []

    @cached("double", tags=("tag",))
    def double(name: str, *, times: int = 2) -> str:
        """Repeat."""
        asked.append((name, times))
        return name * times

    assert [double("a"), double("a"), double("b"), double("a", times=3)] == [
        "aa",
        "aa",
        "bb",
        "aaa",
    ]
    assert asked == [("a", 2), ("b", 2), ("a", 3)]
    assert double.__doc__ == "Repeat."


def test_a_process_that_was_forked_starts_over() -> None:
    ours = TwoLevelCache()
    _get(Source(1), ours)
    ours.start_over()
    assert ours.peek("key") is None


OTHER_PROCESS = """
import sys
from pathlib import Path
from django.conf import settings
settings.CACHES["default"]["KEY_PREFIX"] = sys.argv[1]
import django
django.setup()
from apps.core import cached
cached.LOCAL_SECONDS = 600.0  # so that only the broadcast can end a copy
file = Path(sys.argv[2])
for _line in sys.stdin:
    value = cached.two_level.get("far", file.read_text, tags=("far",))
    sys.stdout.write(value + "\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def other_process(tmp_path: Path) -> Iterator[tuple[Callable[[], str], Path]]:
    """Return a way to ask another process for its cached value, and the file it comes from."""
    if not settings.ATRIUM.redis_url:
        pytest.skip("Redis is missing: REDIS_URL is not set")
    file = tmp_path / "value"
    file.write_text("old")
    prefix = settings.CACHES["default"]["KEY_PREFIX"]
    process = subprocess.Popen(  # noqa: S603 - a script of ours
        [sys.executable, "-c", OTHER_PROCESS, prefix, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def ask() -> str:
        stdin.write("\n")
        stdin.flush()
        return str(stdout.readline()).strip()

    yield ask, file
    stdin.close()
    process.wait(10)
    stdout.close()


@pytest.mark.services
def test_another_process_hears_of_an_end_at_once(
    other_process: tuple[Callable[[], str], Path],
) -> None:
    ask, file = other_process
    assert ask() == "old"
    time.sleep(0.5)  # its listener subscribes
    assert ask() == "old"
    file.write_text("new")
    assert ask() == "old"
    two_level.end(["far"])
    until = time.monotonic() + 2
    while (seen := ask()) != "new" and time.monotonic() < until:
        time.sleep(0.02)
    assert seen == "new"
