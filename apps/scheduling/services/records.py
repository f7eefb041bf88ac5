"""Rows of runs that people delete."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from apps.scheduling.choices import LIVE_STATES
from apps.scheduling.errors import RunLiveError
from apps.scheduling.models import Run, RunLine


@transaction.atomic
def runs_delete(*, runs: Collection[Run]) -> None:
    """Delete runs and their lines: all of them, or none.

    Args:
        runs: Locked by the caller, so that none of them starts again.

    Raises:
        RunLiveError: One of them is not over.
    """
    if any(run.state in LIVE_STATES for run in runs):
        raise RunLiveError
    pks = [run.pk for run in runs]
    RunLine.objects.filter(run__in=pks).delete()
    Run.objects.filter(pk__in=pks).delete()
