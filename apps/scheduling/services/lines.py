"""What a job logs becomes lines of its run."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from celery._state import get_current_task

from apps.core.masking import masked_text, storable
from apps.scheduling.choices import Level, Why
from apps.scheduling.constants import MAX_LINE, MAX_LINES
from apps.scheduling.services.pulse import pulse

LEVELS = (
    (logging.ERROR, Level.ERROR),
    (logging.WARNING, Level.WARNING),
    (logging.INFO, Level.INFO),
)

OURS = ("celery.app", "celery.worker", "celery.beat")
"""Loggers that tell of the worker, not of the job."""


def lines_follow() -> None:
    """See to it that what is logged is followed; whoever sets up the logging anew undoes it."""
    root = logging.getLogger()
    if not any(isinstance(handler, RunLines) for handler in root.handlers):
        root.addHandler(RunLines())


class RunLines(logging.Handler):
    """Keeps what is logged while a job runs in this thread; the rest passes by."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(OURS):
            return
        task: Any = get_current_task()  # None outside of tasks
        live = None if task is None else pulse.get(task.request.id)
        if live is None or live.line_count > MAX_LINES:
            return
        live.line_count += 1
        is_last = live.line_count > MAX_LINES
        text = Why.CUT if is_last else text_of(record)
        at = datetime.fromtimestamp(record.created, UTC)
        live.lines.append((at, Level.WARNING if is_last else level_of(record.levelno), text))


def level_of(number: int) -> Level:
    """Return the level of a line."""
    return next((level for least, level in LEVELS if number >= least), Level.DEBUG)


def text_of(record: logging.LogRecord) -> str:
    """Return the text of a line: masked, bounded, with what was raised below it."""
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return storable(masked_text(text), MAX_LINE)
