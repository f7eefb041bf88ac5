"""Runs and results of jobs are kept for some days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_celery_results.models import GroupResult, TaskResult

from apps.scheduling.choices import LIVE_STATES
from apps.scheduling.models import Run

BATCH = 500


def runs_prune(*, days: int) -> int:
    """Delete runs that ended so many days ago, with their lines; 0 days keep all.

    Returns:
        How many runs that were.
    """
    if not days:
        return 0
    return _delete(Run.objects.exclude(state__in=LIVE_STATES).filter(ended_at__lt=_before(days)))


def results_prune(*, days: int) -> int:
    """Delete results of Celery's that are older; 0 days keep all. Return how many they were."""
    if not days:
        return 0
    before = _before(days)
    return sum(
        _delete(model.objects.filter(date_done__lt=before)) for model in (TaskResult, GroupResult)
    )


def _before(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _delete(rows: QuerySet[Any]) -> int:
    """Delete in batches, so that no statement holds locks for long."""
    total = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=ids).delete()
        total += len(ids)
    return total
