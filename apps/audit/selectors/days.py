"""What a log holds of each of the last days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from apps.accounts.selectors.statistics import day_starts
from apps.core.cached import PRINCIPALS, two_level, user_tag

DAYS = 14
DAYS_SECONDS = 60
"""How old the numbers may be: to count the rows of a fortnight takes a while."""


class Day(NamedTuple):
    """The rows of one day in the site's zone."""

    day: date
    total: int
    failed: int


def rows_by_day(rows: QuerySet[Any], *, user: Any, tag: str) -> list[Day]:
    """Return the rows of the last days, today's last; a minute old at most.

    Args:
        rows: Of one log, as far as the user may see them.
        user: Who asks.
        tag: The cache tag that deletions of the log end.
    """
    found: list[list[Any]] = two_level.get(
        f"audit:days:{rows.model._meta.model_name}:{user.pk}",
        lambda: _counted(rows),
        tags=(tag, PRINCIPALS, user_tag(user.pk)),
        seconds=DAYS_SECONDS,
    )
    return [Day(date.fromisoformat(day), total, failed) for day, total, failed in found]


def _counted(rows: QuerySet[Any]) -> list[list[Any]]:
    starts = day_starts(DAYS)
    counts: dict[str, Count] = {}
    for number, start in enumerate(starts):
        day = Q(happened_at__gte=start, happened_at__lt=start + timedelta(days=1))
        counts[f"total{number}"] = Count("pk", filter=day)
        counts[f"failed{number}"] = Count("pk", filter=day & Q(is_success=False))
    found = rows.order_by().filter(happened_at__gte=starts[0]).aggregate(**counts)
    return [
        [start.date().isoformat(), found[f"total{number}"], found[f"failed{number}"]]
        for number, start in enumerate(starts)
    ]
