"""Runs, taken out of the history by people."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from apps.core.cached import invalidate
from apps.scheduling.constants import RUN_ROWS
from apps.scheduling.errors import RunLiveError
from apps.scheduling.models import Run


@transaction.atomic
def runs_delete(*, runs: Sequence[Run]) -> int:
    """Delete runs with their lines; return how many that were.

    Raises:
        RunLiveError: One of them is not over.
    """
    locked = list(Run.objects.select_for_update().filter(pk__in=[run.pk for run in runs]))
    if any(run.is_live for run in locked):
        raise RunLiveError
    Run.objects.filter(pk__in=[run.pk for run in locked]).delete()
    invalidate(RUN_ROWS)
    return len(locked)
