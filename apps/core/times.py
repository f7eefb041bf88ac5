"""How moments look on the wire: in the site's zone, without offset."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

WIRE_FORMAT = "%Y-%m-%d %H:%M:%S"


def wire_time(moment: datetime | None) -> str | None:
    """Return `YYYY-MM-DD HH:MM:SS` in the site's zone."""
    if moment is None:
        return None
    # isoformat is several times quicker than strftime, and this runs for every cell of every list.
    local = moment.astimezone(timezone.get_default_timezone())
    return local.replace(tzinfo=None).isoformat(" ", "seconds")


def iso_time(moment: datetime | None) -> str | None:
    """Return ISO 8601 in the site's zone with its offset, to the second."""
    if moment is None:
        return None
    return moment.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")


class Span(NamedTuple):
    """What a moment stands for: from its start to right before its end."""

    start: datetime
    end: datetime


STAMP = re.compile(r"\d{9,10}|\d{12,13}")
"""Seconds, or milliseconds, since 1970."""

STAMP_DIGITS = 10
"""Of one in seconds, until the year 2286."""

EARLIEST_YEAR, LATEST_YEAR = 1900, 9998
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def span_of(text: str) -> Span:
    """Return the day, the second or the moment that a text names.

    `2026-01-31` is the whole day in the site's zone, `2026-01-31 09:30:00` the whole second in it.
    ISO 8601 with an offset and seconds since 1970 are taken, too.

    Raises:
        ValueError: It names none.
    """
    try:
        span = _span(text.strip())
    except OverflowError as error:  # before the first year, or after the last
        raise ValueError(text) from error
    if not EARLIEST_YEAR <= span.start.year <= LATEST_YEAR:
        raise ValueError(text)
    return span


def _span(text: str) -> Span:
    if STAMP.fullmatch(text):
        seconds = int(text) if len(text) <= STAMP_DIGITS else int(text) // 1000
        return _second(datetime.fromtimestamp(seconds, UTC))
    if DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return Span(_midnight(day), _midnight(day + timedelta(days=1)))
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = timezone.make_aware(moment, timezone.get_default_timezone())
    moment = moment.astimezone(UTC)
    return (
        Span(moment, moment + timedelta(microseconds=1)) if moment.microsecond else _second(moment)
    )


def _second(moment: datetime) -> Span:
    return Span(moment, moment + timedelta(seconds=1))


def _midnight(day: date) -> datetime:
    first = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware at once
    return timezone.make_aware(first, timezone.get_default_timezone())
