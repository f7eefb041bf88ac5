"""What schedules do beyond their times."""

from __future__ import annotations

from apps.scheduling.models import SchedulePolicy


def policy_of_schedule(schedule_id: int | None) -> SchedulePolicy | None:
    """Return the policy of a schedule; None where there is none, and for what has no schedule."""
    if schedule_id is None:
        return None
    return SchedulePolicy.objects.filter(schedule_id=schedule_id).first()
