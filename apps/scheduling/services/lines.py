"""What a job logs becomes lines of its run."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from celery._state import get_current_task
from django.utils.translation import gettext as _

from apps.core.masking import masked_text, storable
from apps.scheduling.choices import Level
from apps.scheduling.constants import MAX_LINE, MAX_LINES
from apps.scheduling.services.pulse import pulse

LEVELS = (
    (logging.ERROR, Level.ERROR),
    (logging.WARNING, Level.WARNING),
    (logging.INFO, Level.INFO),
)


class RunLines(logging.Handler):
    """Keeps what is logged while a job runs in this thread; the rest passes by."""

    def emit(self, record: logging.LogRecord) -> None:
        task = get_current_task()
        live = pulse.get(task.request.id) if task is not None else None
        if live is None or live.line_count > MAX_LINES:
            return
        live.line_count += 1
        is_last = live.line_count > MAX_LINES
        text = _("Further lines are not kept.") if is_last else text_of(record)
        at = datetime.fromtimestamp(record.created, UTC)
        live.lines.append((at, Level.WARNING if is_last else level_of(record.levelno), text))


def level_of(number: int) -> Level:
    """Return the level of a line."""
    return next((level for least, level in LEVELS if number >= least), Level.DEBUG)


def text_of(record: logging.LogRecord) -> str:
    """Return the text of a line: masked, bounded, with what was raised below it."""
    event: Any = record.msg  # structlog hands a mapping over
    text = str(event.get("event")) if isinstance(event, dict) else record.getMessage()
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return storable(masked_text(text), MAX_LINE)
