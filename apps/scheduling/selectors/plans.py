"""When schedules run, in moments and in words: the same for beat, the console and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext as _
from django_celery_beat.models import PeriodicTask

from apps.scheduling.choices import Period
from apps.scheduling.constants import CRON_FIELDS
from apps.scheduling.selectors.crontabs import cron_text, crontab_of
from apps.scheduling.selectors.times import Rule, next_times, past_times

EVERY: Mapping[str, str | Promise] = {
    Period.DAYS: ngettext_lazy("every day", "every %(n)s days", "n"),
    Period.HOURS: ngettext_lazy("every hour", "every %(n)s hours", "n"),
    Period.MINUTES: ngettext_lazy("every minute", "every %(n)s minutes", "n"),
    Period.SECONDS: ngettext_lazy("every second", "every %(n)s seconds", "n"),
    Period.MICROSECONDS: ngettext_lazy("every microsecond", "every %(n)s microseconds", "n"),
}

PATHS: Mapping[str, str] = {
    "every": "interval__every",
    "period": "interval__period",
    "zone": "crontab__timezone",
    "last_at": "last_run_at",
    "changed_at": "date_changed",
    "start_at": "start_time",
    "end_at": "expires",
    "is_enabled": "enabled",
    "is_once": "one_off",
}
CRON_PATHS = tuple(f"crontab__{name}" for name in CRON_FIELDS)
COLUMNS = (*PATHS.values(), *CRON_PATHS)
"""What says of a schedule when it runs, in the order in which `times_from` takes it."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """When a schedule runs, as its row has it.

    Attributes:
        every: Of an interval, with `period`; None for a crontab.
        cron: Five fields; None for what has neither.
        zone: Of the crontab; that of the site by default.
        last_at: The newest moment for which something was sent.
        changed_at: What it would have asked for before, nobody did.
        start_at: Before it, nothing runs; a moment of an interval.
        end_at: From it on, nothing runs.
        is_once: Whether it ends with its next run.
    """

    every: int | None = None
    period: str | None = None
    cron: str | None = None
    zone: tzinfo | None = None
    last_at: datetime | None = None
    changed_at: datetime | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    is_enabled: bool = True
    is_once: bool = False

    @cached_property
    def rule(self) -> Rule:
        """Return what it follows.

        Raises:
            ValueError: It has neither an interval nor a crontab that can be read.
        """
        if self.every is not None:
            return _length(self.every, self.period or Period.SECONDS)
        if self.cron is None:
            msg = "neither an interval nor a crontab"
            raise ValueError(msg)
        return crontab_of(self.cron, self.zone)

    @property
    def anchor(self) -> datetime | None:
        """Return the moment from which an interval counts; None where that is its start."""
        return self.changed_at if self.last_at is None and self.start_at is None else self.last_at


def times_of(schedule: PeriodicTask) -> Times:
    """Return when a schedule runs."""
    return times_from(*(_value(schedule, path) for path in COLUMNS))


def times_from(*values: Any) -> Times:
    """Return when a schedule runs, from the values of `COLUMNS`."""
    told = dict(zip(PATHS, values, strict=False))
    return Times(cron=cron_joined(*values[len(PATHS) :]), **told)


def cron_joined(*fields: str | None) -> str | None:
    """Return the five fields of a crontab as people write them; None where there is none."""
    if fields[0] is None:
        return None
    return " ".join(str(field).replace(" ", "") for field in fields)


def times_after(times: Times, *, settled: datetime | None = None, count: int = 1) -> list[datetime]:
    """Return the first moments at which nothing was sent yet, gone by or to come, soonest first.

    Args:
        times: The schedule's.
        settled: What does not lie after it is settled, even if nothing was sent.
        count: Moments at most.

    Raises:
        ValueError: They cannot be read.
    """
    return next_times(
        times.rule,
        count=count,
        after=_settled(times, settled),
        until=times.end_at,
        start=times.start_at,
        anchor=times.anchor,
    )


def times_due(
    times: Times, *, now: datetime, settled: datetime | None = None, newest: int
) -> list[datetime]:
    """Return the newest moments that have come and at which nothing was sent yet, oldest first.

    Args:
        times: The schedule's.
        now: The last moment that counts.
        settled: What does not lie after it is settled, even if nothing was sent.
        newest: Moments at most.

    Raises:
        ValueError: They cannot be read.
    """
    if times.end_at is not None:
        now = min(now, times.end_at - timedelta(microseconds=1))
    return past_times(
        times.rule,
        after=_settled(times, settled),
        now=now,
        start=times.start_at,
        anchor=times.anchor,
        newest=newest,
    )


def times_ahead(times: Times, *, count: int = 1) -> list[datetime]:
    """Return the moments to come, soonest first; none while it is off, over, or unreadable.

    A moment that has gone by without a run is no more among them: beat settles it when it sees
    it, as the policy says, and goes on with the first of these.
    """
    if not times.is_enabled:
        return []
    try:
        return times_after(times, settled=timezone.now(), count=1 if times.is_once else count)
    except ValueError:  # others may have written it
        return []


def plan_text(schedule: PeriodicTask) -> str:
    """Return in words when a schedule runs, in the reader's language."""
    return times_text(times_of(schedule), get_language() or settings.LANGUAGE_CODE)


def times_text(times: Times, language: str) -> str:
    """Return the times in words, in English or Simplified Chinese."""
    with translation.override(language):
        if times.every is not None:
            return str(EVERY[times.period or Period.SECONDS] % {"n": times.every})
        if times.cron is None:
            return _("at times that cannot be shown here")
    return cron_text(times.cron, language)


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = None if row is None else getattr(row, name)
    return row


def _length(every: int, period: str) -> timedelta:
    try:
        length = timedelta(**{period: every})
    except (OverflowError, TypeError) as error:
        raise ValueError(str(error)) from error
    if length <= timedelta():
        msg = f"an interval of {length}"
        raise ValueError(msg)
    return length


def _settled(times: Times, settled: datetime | None) -> datetime:
    known = (times.last_at, times.changed_at, settled)
    return max(moment for moment in known if moment is not None)
