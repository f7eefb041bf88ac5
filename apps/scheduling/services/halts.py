"""Pausing all schedules at once, and letting them go on."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTasks

from apps.core.context import current_context
from apps.scheduling.models import Halt
from apps.scheduling.selectors.halts import ALL

log = logging.getLogger(__name__)


@transaction.atomic
def schedules_halt() -> Halt:
    """Pause all schedules, also over restarts, until somebody lets them go on.

    What runs or waits in a queue goes on, and what is started by hand runs. Where they are paused
    already, it stays with whoever did so first.
    """
    context = current_context()
    by = (context.username or "") if context else ""
    halt, is_new = Halt.objects.get_or_create(
        name=ALL, defaults={"by": by[:150], "since_at": timezone.now()}
    )
    if is_new:
        log.warning("all schedules are paused by %s", by or "the platform")
        _tell_beat()
    return halt


@transaction.atomic
def schedules_resume() -> None:
    """Let the schedules go on; what was due meanwhile was missed, and their policies decide."""
    count, _by_model = Halt.objects.filter(name=ALL).delete()
    if count:
        log.warning("the schedules go on")
        _tell_beat()


def _tell_beat() -> None:
    transaction.on_commit(PeriodicTasks.update_changed)
