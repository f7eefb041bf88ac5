"""Changes of schedules that leave what is due as it is, and those with which they count anew."""

from __future__ import annotations

from typing import Any

from django_celery_beat.models import PeriodicTask

Tempo = tuple[Any, ...]


def tempo_of(schedule: PeriodicTask) -> Tempo:
    """Return what says when a schedule runs, and whether it does."""
    return (
        schedule.interval,
        schedule.crontab,
        schedule.start_time,
        schedule.expires,
        schedule.enabled,
    )


def tempo_save(*, schedule: PeriodicTask, before: Tempo) -> None:
    """Save a schedule; with the same tempo, what is due and was not sent yet remains due.

    Args:
        schedule: With new values; its row is locked.
        before: Its tempo as the table has it.
    """
    changed_at = schedule.date_changed
    schedule.save()
    if tempo_of(schedule) == before:
        # It is the moment from which on it counts, and Django sets it whatever was changed.
        PeriodicTask.objects.filter(pk=schedule.pk).update(date_changed=changed_at)
        schedule.date_changed = changed_at
