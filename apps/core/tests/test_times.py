from datetime import UTC, datetime

import pytest

from apps.core.times import iso_time, wire_time

MOMENT = datetime(2026, 1, 31, 16, 30, 5, 999_999, tzinfo=UTC)


def test_moments_are_told_in_the_zone_of_the_site() -> None:
    assert wire_time(MOMENT) == "2026-02-01 00:30:05"
    assert iso_time(MOMENT) == "2026-02-01T00:30:05+08:00"


@pytest.mark.parametrize("tell", [wire_time, iso_time])
def test_no_moment_is_null(tell: object) -> None:
    assert tell(None) is None  # type: ignore[operator] # one of the two functions
