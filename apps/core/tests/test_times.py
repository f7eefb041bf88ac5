from datetime import UTC, datetime

import pytest

from apps.core.times import iso_time, span_of, wire_time

MOMENT = datetime(2026, 1, 31, 16, 30, 5, 999_999, tzinfo=UTC)


def test_moments_are_told_in_the_zone_of_the_site() -> None:
    assert wire_time(MOMENT) == "2026-02-01 00:30:05"
    assert iso_time(MOMENT) == "2026-02-01T00:30:05+08:00"


@pytest.mark.parametrize("tell", [wire_time, iso_time])
def test_no_moment_is_null(tell: object) -> None:
    assert tell(None) is None  # type: ignore[operator] # one of the two functions


@pytest.mark.parametrize(
    ("text", "start", "seconds"),
    [
        ("2026-01-31", "2026-01-30 16:00:00", 86_400),
        (" 2026-01-31 09:30:00 ", "2026-01-31 01:30:00", 1),
        ("2026-01-31T09:30", "2026-01-31 01:30:00", 1),
        ("2026-01-31T09:30:00Z", "2026-01-31 09:30:00", 1),
        ("2026-01-31T09:30:00+01:00", "2026-01-31 08:30:00", 1),
        ("1769823000", "2026-01-31 01:30:00", 1),
        ("1769823000123", "2026-01-31 01:30:00", 1),
    ],
)
def test_a_text_stands_for_a_day_or_a_second(text: str, start: str, seconds: int) -> None:
    span = span_of(text)
    assert f"{span.start.astimezone(UTC):%Y-%m-%d %H:%M:%S}" == start
    assert (span.end - span.start).total_seconds() == seconds


def test_a_fraction_stands_for_itself() -> None:
    span = span_of("2026-01-31 09:30:00.25")
    assert (span.end - span.start).total_seconds() == 1e-6


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-02-30", "2026-01-31 25:00", "0001-01-01", "9999-12-31", "1" * 30, "12"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        span_of(text)
