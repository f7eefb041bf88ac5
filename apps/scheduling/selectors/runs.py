"""Runs as the wire knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.db.models import QuerySet

from apps.scheduling.choices import RunState
from apps.scheduling.models import Run, RunLine

STATUSES: Mapping[str, str] = {
    RunState.QUEUED: "PENDING",
    RunState.RUNNING: "STARTED",
    RunState.RETRYING: "RETRY",
    RunState.SUCCEEDED: "SUCCESS",
    RunState.FAILED: "FAILURE",
    RunState.LOST: "FAILURE",
    RunState.CANCELLED: "REVOKED",
    RunState.SKIPPED: "REVOKED",
    RunState.MISSED: "REVOKED",
}
"""Celery's word for each state. Source: the contract, 9.3."""

MOST_LINES = 1_000


def states_of(status: str) -> list[str]:
    """Return the states that Celery has one word for."""
    return [state for state, word in STATUSES.items() if word == status]


def result_of(state: str, result: str, error: str) -> Any:
    """Return what a run gave back; of one that failed, the error."""
    if state != RunState.SUCCEEDED:
        return error or None
    try:
        return orjson.loads(result) if result else None
    except orjson.JSONDecodeError:  # cut, because it was too long
        return result


def lines_after(run: Run, *, after: int, size: int) -> QuerySet[RunLine]:
    """Return the lines of a run that come after one of them, oldest first.

    Args:
        after: Key of the last line that is known; 0 for none.
        size: Lines at most.
    """
    return RunLine.objects.filter(run=run, pk__gt=after).order_by("pk")[: min(size, MOST_LINES)]
