"""What the plots of the console draw of the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.scheduling.admin.cells import job_label
from apps.scheduling.selectors.statistics import Bucket, JobTime

SHOWN = 8
"""Jobs in the plot of durations."""


def by_time(buckets: Sequence[Bucket], pattern: str) -> dict[str, Any]:
    """Return bars stacked by outcome.

    Args:
        buckets: What to draw.
        pattern: How their moments are written, as Django's formats are.
    """
    return {
        "labels": [date_format(timezone.localtime(bucket.at), pattern) for bucket in buckets],
        "sets": [
            _set(_("succeeded"), "--at-accent", (bucket.good for bucket in buckets)),
            _set(_("failed"), "--at-bad", (bucket.bad for bucket in buckets)),
            _set(_("others"), "--at-warm", (bucket.other for bucket in buckets)),
        ],
    }


def took(times: Sequence[JobTime]) -> list[dict[str, Any]]:
    """Return how long the slowest jobs take, each with its share of the slowest."""
    top = times[0].slowest if times else 0
    return [
        {
            "label": job_label(job.name),
            "times": job.times,
            "failures": job.failures,
            "mean": seconds_text(job.mean),
            "slowest": seconds_text(job.slowest),
            "share": round(100 * job.slowest / top) if top else 0,
        }
        for job in times[:SHOWN]
    ]


def seconds_text(seconds: float) -> str:
    """Return seconds, with as many places as say something."""
    shown = f"{seconds:.2f}" if seconds < 10 else f"{seconds:,.0f}"  # noqa: PLR2004
    return _("%(n)s s") % {"n": shown}


def _set(label: str, tone: str, numbers: Iterable[int]) -> dict[str, Any]:
    return {"label": label, "tone": tone, "data": list(numbers)}
