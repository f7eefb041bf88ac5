"""Runs as the wire knows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from apps.scheduling.choices import RunState, Why

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


REVOKED = ("TaskRevokedError", "celery.exceptions")
ENDS: Mapping[str, tuple[str, str]] = {
    RunState.LOST: ("WorkerLostError", "billiard.exceptions"),
    RunState.CANCELLED: REVOKED,
    RunState.SKIPPED: REVOKED,
    RunState.MISSED: REVOKED,
}
"""What Celery keeps of tasks that end without their job: class and module of an exception."""

RAISED = re.compile(r"([A-Za-z_]\w*)(?:: (.*))?", re.DOTALL)


def states_of(status: str) -> list[str]:
    """Return the states that Celery has one word for."""
    return [state for state, word in STATUSES.items() if word == status]


def result_of(state: str, result: str, error: str, fault: Mapping[str, str] | None = None) -> Any:
    """Return what a run gave back; of any other, the exception that it ended or is held up with.

    An exception is `exc_type`, `exc_message`, `exc_module`; None where there is none. Where no job
    raised anything, it is what Celery has for such an end. Source: the contract, 1.18.

    Args:
        state: Its state.
        result: JSON.
        error: For people.
        fault: What its job raised last; rows of former versions have none.
    """
    error = Why.said(error)
    if state in ENDS:
        name, module = ENDS[state]
        is_why = state == RunState.LOST or not fault  # else the error is that of an earlier try
        return _exception(name, (is_why and error) or str(RunState(state).label), module)
    if state != RunState.SUCCEEDED:
        return _raised(error, fault)
    try:
        return orjson.loads(result) if result else None
    except orjson.JSONDecodeError:  # cut, because it was too long
        return result


def _raised(error: str, fault: Mapping[str, str] | None) -> dict[str, str] | None:
    if fault:
        message = fault["exc_message"] or error
        return _exception(fault["exc_type"], message, fault["exc_module"])
    if not error:
        return None
    found = RAISED.fullmatch(error)
    name, message = (found[1], found[2] or "") if found else ("Exception", error)
    return _exception(name, message, "")


def _exception(name: str, message: str, module: str) -> dict[str, str]:
    return {"exc_type": name, "exc_message": message, "exc_module": module}
