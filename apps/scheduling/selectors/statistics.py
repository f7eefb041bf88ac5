"""What the runs of the last days add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncHour, TruncMinute
from django.utils import timezone

from apps.scheduling.choices import BAD_STATES, LIVE_STATES, RunState
from apps.scheduling.models import Run

HOUR = timedelta(hours=1)
DAY_HOURS = 24
NEWEST = 5000
"""So many of the newest runs tell how long jobs take."""

SLOWEST_SHARE = 0.95


@dataclass(kw_only=True)
class Bucket:
    """How the runs ended that ended within one stretch of time.

    Attributes:
        at: Where it begins.
        good: Runs that succeeded.
        bad: Runs that failed or were lost.
        other: Runs that were cancelled, skipped or missed.
    """

    at: datetime
    good: int = 0
    bad: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """Return all of them."""
        return self.good + self.bad + self.other

    def add(self, state: str, times: int) -> None:
        """Count runs of a state."""
        name = outcome_of(state)
        setattr(self, name, getattr(self, name) + times)


@dataclass(frozen=True, kw_only=True)
class JobTime:
    """How long the newest runs of a job took, in seconds."""

    name: str
    times: int
    failures: int
    mean: float
    slowest: float
    """95 of 100 runs took no longer."""


@dataclass(kw_only=True)
class Story:
    """What became of a schedule: its last run, and the hours of the last day."""

    hours: list[Bucket]
    last: Run | None = None

    @property
    def runs(self) -> int:
        """Return how many runs ended."""
        return sum(hour.total for hour in self.hours)

    @property
    def failures(self) -> int:
        """Return how many of them failed."""
        return sum(hour.bad for hour in self.hours)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is going on, and how the last day went."""

    running: int
    queued: int
    ended: int
    failures: int


def outcome_of(state: str) -> str:
    """Return what a state means for the operators: `good`, `bad` or `other`."""
    if state in BAD_STATES:
        return "bad"
    return "good" if state == RunState.SUCCEEDED else "other"


def hours_of(*, hours: int = DAY_HOURS) -> list[Bucket]:
    """Return the last hours, oldest first, each with how the runs ended that ended in it."""
    found = _empty(hours)
    _fill(found, _ended_since(Run.objects.all(), found[0].at).values_list("at", "state", "times"))
    return found


def days_of(hours: Sequence[Bucket]) -> list[Bucket]:
    """Return hours summed up to the days where the platform is, oldest first."""
    found: dict[date, Bucket] = {}
    for hour in hours:
        local = timezone.localtime(hour.at, timezone.get_default_timezone())
        day = found.setdefault(local.date(), Bucket(at=local.replace(hour=0, minute=0)))
        day.good += hour.good
        day.bad += hour.bad
        day.other += hour.other
    return list(found.values())


def minutes_of(*, minutes: int = 15) -> list[Bucket]:
    """Return the last whole minutes, oldest first; see `hours_of`."""
    minute = timedelta(minutes=1)
    now = timezone.now().replace(second=0, microsecond=0)
    found = [Bucket(at=now - minute * back) for back in range(minutes, 0, -1)]
    rows = Run.objects.filter(ended_at__gte=found[0].at, ended_at__lt=now)
    counted = rows.order_by().annotate(at=TruncMinute("ended_at", tzinfo=UTC))
    _fill(
        found,
        counted.values("at", "state")
        .annotate(times=Count("pk"))
        .values_list("at", "state", "times"),
    )
    return found


def job_times(*, hours: int = DAY_HOURS) -> list[JobTime]:
    """Return how long each job takes, slowest first, by the newest runs of the last hours."""
    since = timezone.now() - HOUR * hours
    ended = Run.objects.filter(ended_at__gte=since, started_at__isnull=False).order_by("-ended_at")
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for name, state, started, over in ended.values_list("name", "state", "started_at", "ended_at")[
        :NEWEST
    ]:
        if started is not None and over is not None:
            found[name].append(((over - started).total_seconds(), state in BAD_STATES))
    times = [_time_of(name, took) for name, took in found.items()]
    return sorted(times, key=lambda job: -job.slowest)


def figures() -> Figures:
    """Return what runs and waits now, and how the last day went: one query."""
    is_live, is_bad = Q(state__in=LIVE_STATES), Q(state__in=BAD_STATES)
    recent = Q(ended_at__gte=timezone.now() - HOUR * DAY_HOURS)
    found = Run.objects.filter(is_live | recent).aggregate(
        running=Count("pk", filter=Q(state=RunState.RUNNING)),
        live=Count("pk", filter=is_live),
        ended=Count("pk", filter=~is_live),
        failures=Count("pk", filter=is_bad),
    )
    return Figures(
        running=found["running"],
        queued=found["live"] - found["running"],
        ended=found["ended"],
        failures=found["failures"],
    )


def stories_of(schedules: Collection[Any]) -> dict[Any, Story]:
    """Return what became of each schedule, by key: three queries, however many they are."""
    found = {pk: Story(hours=_empty(DAY_HOURS)) for pk in schedules}
    if not found:
        return {}
    runs = Run.objects.filter(schedule__in=list(found))
    start = timezone.now() - HOUR * DAY_HOURS
    rows = _ended_since(runs, start, "schedule_id")
    by_schedule: dict[Any, list[Any]] = defaultdict(list)
    for pk, at, state, times in rows.values_list("schedule_id", "at", "state", "times"):
        by_schedule[pk].append((at, state, times))
    newest = runs.order_by().values("schedule_id").annotate(newest=Max("pk"))
    keys = [pk for _schedule, pk in newest.values_list("schedule_id", "newest")]
    lasts = Run.objects.filter(pk__in=keys).defer("args", "kwargs", "result", "traceback")
    for last in lasts:
        found[last.schedule_id].last = last
    for pk, counted in by_schedule.items():
        _fill(found[pk].hours, counted)
    return found


def _empty(hours: int) -> list[Bucket]:
    now = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return [Bucket(at=now - HOUR * back) for back in range(hours - 1, -1, -1)]


def _ended_since(runs: QuerySet[Run], start: datetime, *by: str) -> QuerySet[Any]:
    # In UTC, which every database can cut without tables of time zones.
    cut = runs.filter(ended_at__gte=start).order_by().annotate(at=TruncHour("ended_at", tzinfo=UTC))
    counted: QuerySet[Any] = cut.values(*by, "at", "state").annotate(times=Count("pk"))
    return counted


def _fill(buckets: list[Bucket], counted: Iterable[tuple[datetime, str, int]]) -> None:
    by_moment = {bucket.at: bucket for bucket in buckets}
    for at, state, times in counted:
        if at in by_moment:
            by_moment[at].add(state, times)


def _time_of(name: str, took: list[tuple[float, bool]]) -> JobTime:
    seconds = sorted(length for length, _is_bad in took)
    return JobTime(
        name=name,
        times=len(took),
        failures=sum(is_bad for _length, is_bad in took),
        mean=fmean(seconds),
        slowest=seconds[min(len(seconds) - 1, int(SLOWEST_SHARE * len(seconds)))],
    )
