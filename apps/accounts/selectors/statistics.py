"""What the sign-ins of the last days add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from apps.accounts.constants import ONLINE_SECONDS
from apps.accounts.models import Session

DEFAULT_DAYS = 14
NEWEST = 10
BROWSERS = 5
Statistics = dict[str, Any]


def sign_in_statistics(*, among: QuerySet[Session], days: int = DEFAULT_DAYS) -> Statistics:
    """Return who is online, and the sign-ins by day, by browser, and the newest: three queries.

    `newest` is a queryset that was not asked yet; a browser without a name stands for the rest.

    Args:
        among: The sessions to count: those that somebody may see.
        days: How many days, today included, in the site's zone.
    """
    starts = day_starts(days)
    since = among.filter(opened_at__gte=starts[0])
    # One count for each day of the site's zone; the databases' own zone tables may be missing.
    counted = since.aggregate(
        **{
            f"day{n}": Count(
                "pk", filter=Q(opened_at__gte=start, opened_at__lt=start + timedelta(days=1))
            )
            for n, start in enumerate(starts)
        }
    )
    browsers = since.values_list("browser").annotate(times=Count("pk")).order_by()
    return {
        **_open(among),
        "days": [
            {"day": start.date(), "times": counted[f"day{n}"]} for n, start in enumerate(starts)
        ],
        "browsers": [{"name": name, "times": times} for name, times in _most_used(browsers)],
        "newest": among.order_by("-opened_at", "-id")[:NEWEST],
    }


def day_starts(days: int, today: date | None = None) -> list[datetime]:
    """Return the first moments of the last days, today's last, in the site's zone."""
    zone = timezone.get_default_timezone()
    last = today or timezone.localtime(timezone=zone).date()
    return [
        datetime(day.year, day.month, day.day, tzinfo=zone)
        for day in (last - timedelta(days=back) for back in reversed(range(days)))
    ]


def _open(among: QuerySet[Session]) -> dict[str, int]:
    now = timezone.now()
    active = Q(active_at__gt=now - timedelta(seconds=ONLINE_SECONDS))
    open_now = among.filter(closed_at__isnull=True, expires_at__gt=now)
    return open_now.aggregate(open=Count("pk"), online=Count("pk", filter=active))


def _most_used(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Add the versions of a browser up and return the most used ones, the rest under ""."""
    counts: Counter[str] = Counter()
    for name, times in rows:
        family, _space, version = name.rpartition(" ")
        counts[family if version.isdigit() else name] += times
    ranked = counts.most_common()
    rest = sum(times for _name, times in ranked[BROWSERS:])
    return [*ranked[:BROWSERS], *([("", rest)] if rest else [])]
