"""Runs as the wire knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from apps.scheduling.choices import RunState

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
