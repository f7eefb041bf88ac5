"""What a schedule that is being written will do: its times, and them in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.schedules import crontab
from django.utils import translation

from apps.scheduling.choices import Period
from apps.scheduling.constants import EACH_MINUTE
from apps.scheduling.selectors.plans import interval_text
from apps.scheduling.selectors.times import cron_text, crontab_of, next_times


@dataclass(frozen=True, kw_only=True)
class Times:
    """The times of a schedule, as its row has them.

    Attributes:
        every: Of an interval, with `period`; None for a crontab.
        cron: Five fields.
        last_at: When it ran last, or when it was switched on.
        start_at: Before it, nothing runs.
        end_at: From it on, nothing runs.
    """

    every: int | None = None
    period: str | None = None
    cron: str = EACH_MINUTE
    last_at: datetime | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None

    @property
    def rule(self) -> crontab | timedelta:
        """Return what it follows.

        Raises:
            ValueError: The fields cannot be read.
        """
        if self.every is None:
            return crontab_of(self.cron)
        return timedelta(**{self.period or Period.SECONDS: self.every})


def times_ahead(times: Times, *, count: int) -> list[datetime]:
    """Return the next moments of a schedule; none where it cannot be read or has ended."""
    try:
        return next_times(
            times.rule,
            count=count,
            until=times.end_at,
            start=times.start_at,
            anchor=times.last_at,
        )
    except (ValueError, OverflowError):  # others may have written it
        return []


def times_text(times: Times, language: str) -> str:
    """Return the times in words, in English or Simplified Chinese; never fails."""
    with translation.override(language):
        if times.every is not None:
            return interval_text(times.every, times.period or Period.SECONDS)
    return cron_text(times.cron, language)
