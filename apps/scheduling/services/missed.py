"""Times at which nobody kept the schedules, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.scheduling.choices import Missed, Trigger
from apps.scheduling.models import SchedulePolicy

GRACE = timedelta(seconds=30)
"""A change of guard takes less than this; a seldom job that falls into it is late, not missed."""

SHARE = 20
"""What comes often has less of it: this part of the time until it comes again."""


@dataclass(frozen=True)
class Firing:
    """One message to send.

    Attributes:
        due_at: The moment that it is for.
        trigger: `SCHEDULE`, or `CATCH_UP` for a moment that was missed.
    """

    due_at: datetime
    trigger: Trigger


def moments_settle(
    *,
    moments: Sequence[datetime],
    kept_since: datetime,
    pause: timedelta,
    policy: SchedulePolicy,
) -> list[Firing]:
    """Return what to send for moments that have come, oldest first.

    The newest is on time if somebody keeps the schedules since before it, however late it is. All
    others were missed, and the policy says what becomes of them; a run on time is also the one
    that `ONCE` asks for.

    Args:
        moments: They have come and nothing was sent; oldest first, not empty.
        kept_since: Since when the schedules are kept without a break.
        pause: The time from the newest moment to the next.
        policy: The schedule's.
    """
    newest = moments[-1]
    is_on_time = newest >= kept_since - min(GRACE, pause / SHARE)
    missed = list(moments[:-1] if is_on_time else moments)
    made_up = [Firing(moment, Trigger.CATCH_UP) for moment in _kept(missed, policy, is_on_time)]
    return [*made_up, *([Firing(newest, Trigger.SCHEDULE)] if is_on_time else [])]


def _kept(
    missed: list[datetime],
    policy: SchedulePolicy,
    is_on_time: bool,  # noqa: FBT001 - private
) -> list[datetime]:
    if policy.missed == Missed.ALL:
        return missed[-policy.missed_limit :] if policy.missed_limit else []
    if policy.missed == Missed.ONCE and not is_on_time:
        return missed[-1:]
    return []
