from datetime import UTC, datetime, timedelta

import pytest

from apps.scheduling.choices import Missed, Trigger
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.missed import moments_settle

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
THREE = [NOON + number * MINUTE for number in range(3)]


def _settled(
    policy: SchedulePolicy, kept_since: datetime, pause: timedelta = MINUTE
) -> list[tuple[datetime, str]]:
    firings = moments_settle(moments=THREE, kept_since=kept_since, pause=pause, policy=policy)
    return [(firing.due_at, firing.trigger) for firing in firings]


@pytest.mark.parametrize(
    ("missed", "limit", "made_up"),
    [
        (Missed.DROP, 10, []),
        (Missed.ONCE, 10, THREE[2:]),
        (Missed.ALL, 10, THREE),
        (Missed.ALL, 2, THREE[1:]),
        (Missed.ALL, 0, []),
    ],
)
def test_three_times_that_nobody_kept(missed: Missed, limit: int, made_up: list[datetime]) -> None:
    policy = SchedulePolicy(missed=missed, missed_limit=limit)
    found = _settled(policy, NOON + 2 * MINUTE + timedelta(seconds=40))
    assert found == [(moment, Trigger.CATCH_UP) for moment in made_up]


@pytest.mark.parametrize(
    ("missed", "made_up"), [(Missed.DROP, []), (Missed.ONCE, []), (Missed.ALL, THREE[:2])]
)
def test_the_newest_is_on_time_where_somebody_kept_it(
    missed: Missed, made_up: list[datetime]
) -> None:
    found = _settled(SchedulePolicy(missed=missed), NOON + MINUTE + timedelta(seconds=30))
    assert found == [
        *((moment, Trigger.CATCH_UP) for moment in made_up),
        (THREE[2], Trigger.SCHEDULE),
    ]


def test_a_seldom_time_within_a_change_of_guard_is_late_and_not_missed() -> None:
    kept_since = THREE[2] + timedelta(seconds=25)
    policy = SchedulePolicy(missed=Missed.DROP)
    assert _settled(policy, kept_since, pause=timedelta(days=1)) == [(THREE[2], Trigger.SCHEDULE)]
    assert _settled(policy, kept_since, pause=MINUTE) == []
