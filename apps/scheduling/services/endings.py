"""How runs end: once, whoever says so first, and heard of where it went wrong."""

from __future__ import annotations

import json
import traceback as traces
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from apps.core.masking import masked_text, storable
from apps.scheduling.choices import BAD_STATES, LIVE_STATES, RunState
from apps.scheduling.constants import MAX_ERROR, MAX_RESULT, MAX_TRACEBACK
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.services.alerts import alerts_make
from apps.scheduling.services.pulse import run_tell

NO_ERROR: Mapping[str, Any] = {"error": "", "fault": None, "traceback": ""}
"""The columns of a run that went well in the end."""


@transaction.atomic
def run_close(
    *,
    run: Run,
    state: RunState,
    among: Sequence[str] = LIVE_STATES,
    attempt: int | None = None,
    policy: SchedulePolicy | None = None,
    **values: Any,
) -> bool:
    """End a run that is not over, and return whether it was not.

    Where it went wrong, those who are to hear of it will.

    Args:
        run: Its row; only its key counts.
        state: How it ends.
        among: The states that it may be in.
        attempt: Which try it must be at; None for any.
        policy: That of its schedule, where it is at hand; else it is asked for if it counts.
        values: Further columns.
    """
    values = {"ended_at": timezone.now(), **values}
    same = {} if attempt is None else {"attempt": attempt}
    if not Run.objects.filter(pk=run.pk, state__in=among, **same).update(state=state, **values):
        return False
    run.refresh_from_db()
    run_tell(run, state=run.state, percent=run.percent, text=run.text)
    if state in BAD_STATES:
        alerts_make(run=run, policy=policy)
    return True


def run_lose(*, run: Run, why: str) -> bool:
    """End a run whose worker or message is gone and that will not run again."""
    return run_close(run=run, state=RunState.LOST, error=why[:MAX_ERROR])


def result_text(value: Any) -> str:
    """Return a result as JSON; what JSON does not know is spelled as text, what is long is cut."""
    try:
        text = json.dumps(value, cls=Spelling, ensure_ascii=False)
    except Exception:  # noqa: BLE001 - odd keys, a circle, a deep nest, whatever an object does
        text = json.dumps(_spelled(value), ensure_ascii=False)
    if len(text) > MAX_RESULT:
        text = json.dumps({"_truncated": True, "preview": text[: MAX_RESULT // 2]})
    return storable(text, MAX_RESULT * 2)


def error_values(error: BaseException) -> dict[str, Any]:
    """Return the columns of what a job raised, with what is secret masked."""
    trace = "".join(traces.format_exception(error))
    said = _spelled(error)
    text = f"{type(error).__name__}: {said}".rstrip(": ")
    return {
        "error": storable(masked_text(text), MAX_ERROR),
        "fault": {
            "exc_type": type(error).__name__,
            "exc_message": storable(masked_text(said), MAX_ERROR),
            "exc_module": type(error).__module__,
        },
        "traceback": storable(masked_text(trace)[-MAX_TRACEBACK:], MAX_TRACEBACK),
    }


def _spelled(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - the boundary of what an object of somebody else may do
        return f"<{type(value).__name__}>"


class Spelling(DjangoJSONEncoder):
    """JSON in which whatever it does not know is a text."""

    def default(self, value: Any) -> Any:
        try:
            return super().default(value)
        except TypeError:
            return str(value)
