"""One log line: what every line tells, and how it is spelled."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from celery._state import get_current_task
from django.conf import settings
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from apps.core.context import current_context
from apps.core.masking import MASK, masked, masked_text, secret_names

Processor = Callable[[WrappedLogger, str, EventDict], EventDict]
FIRST = ("time", "level", "logger", "event")
UNTOUCHED = frozenset({*FIRST[:3], "_record", "_from_structlog"})


def describe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say when, how severe, by whom, what; then in which request or task."""
    record: logging.LogRecord = event["_record"]
    told: EventDict = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": event.pop("event"),
    }
    context = current_context()
    if context is not None:
        told["request_id"] = context.request_id
        if context.username:
            told["user"] = context.username
            told["user_id"] = context.user_id
        if context.session_id:
            told["session"] = context.session_id[:8]  # enough to tell two apart
    task = get_current_task()
    if task is not None:
        told["task"] = task.name
        told["task_id"] = task.request.id
    told.update(getattr(record, "fields", None) or {})
    told.update(event)
    return told


def tell_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn what was raised into a field."""
    raised = event.pop("exc_info", None)
    if raised:
        if isinstance(raised, BaseException):
            raised = (type(raised), raised, raised.__traceback__)
        elif not isinstance(raised, tuple):  # structlog's exc_info=True
            raised = sys.exc_info()
        event["exception"] = logging.Formatter().formatException(raised)
    return event


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask every secret."""
    secret = secret_names(tuple(event), settings.ATRIUM.audit_mask)
    for name, value in event.items():
        if name in UNTOUCHED:
            continue
        if name in secret:
            event[name] = MASK
        elif isinstance(value, str):
            event[name] = masked_text(value)
        elif not isinstance(value, int | float | None):
            event[name] = masked(value)
    return event


def as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Spell the line as JSON, which leaves no line break as one."""
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Spell the line for people; what came from outside cannot begin a line of its own."""
    time, level, name, text = (event.pop(key, "") for key in FIRST)
    trace = event.pop("exception", "")
    rest = "".join(f" {key}={plain(value)}" for key, value in event.items() if value != "")
    line = f"{time[11:23]} {level.upper():7} {name}: {plain(text)}{rest}"
    return "\n    | ".join([line, *map(plain, str(trace).splitlines())])


def plain(value: Any) -> str:
    """Return a value as text on one line, control characters spelled out."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def json_formatter() -> ProcessorFormatter:
    """Return the formatter of production."""
    return _formatter(as_json)


def text_formatter() -> ProcessorFormatter:
    """Return the formatter for people."""
    return _formatter(as_text)


class LineFormatter(ProcessorFormatter):
    """structlog's formatter, with a short way for the records of the standard library.

    The original copies each record twice, which costs as much as all that is done with it here.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        if hasattr(record, "_logger"):
            return super().format(record)
        event: Any = {"event": record.getMessage(), "_record": record}
        if record.exc_info:
            event["exc_info"] = record.exc_info
        for process in self.processors:
            event = process(None, "", event)
        return str(event)


def forget_record(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop what is no part of the line."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def _formatter(render: Any) -> ProcessorFormatter:
    return LineFormatter(processors=[describe, tell_exception, mask, forget_record, render])


def bind_structlog() -> None:
    """Let `structlog.get_logger()` write through the standard library, so that all lines agree."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
