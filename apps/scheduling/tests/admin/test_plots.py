from datetime import UTC, datetime

from apps.scheduling.admin.plots import by_time, seconds_text, took
from apps.scheduling.selectors.statistics import Bucket, JobTime


def test_buckets_become_bars_by_outcome() -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    plot = by_time([Bucket(at=at, good=2, bad=1), Bucket(at=at, other=3)], "Y")
    assert plot["labels"] == ["2030", "2030"]
    assert [part["data"] for part in plot["sets"]] == [[2, 0], [1, 0], [0, 3]]


def test_jobs_are_measured_against_the_slowest() -> None:
    times = [
        JobTime(name=name, times=1, failures=0, mean=1, slowest=slowest)
        for name, slowest in (("a", 20.0), ("b", 5.0))
    ]
    assert [job["share"] for job in took(times)] == [100, 25]
    assert took([]) == []


def test_seconds_have_places_that_say_something() -> None:
    assert [seconds_text(1.234), seconds_text(1234.5)] == ["1.23 s", "1,234 s"]
