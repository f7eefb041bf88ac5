import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from celery import current_app, shared_task

from apps.core.context import RequestContext, enter_context, leave_context
from config.logs.lines import bind_structlog, json_formatter, plain, text_formatter

NAME = "config.tests.logs.talk"
SECRET = "hunter2"


@shared_task(name=NAME)
def talk() -> None:
    logging.getLogger("lines").info("from a task")


class Kept(logging.Handler):
    """Keeps what would have been written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def last(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.lines[-1])
        return found


@pytest.fixture
def log() -> logging.Logger:
    return logging.getLogger("lines")


@pytest.fixture(params=["json", "text"])
def kept(request: pytest.FixtureRequest, log: logging.Logger) -> Iterator[Kept]:
    yield from _keep(log, json_formatter() if request.param == "json" else text_formatter())


@pytest.fixture
def as_json(log: logging.Logger) -> Iterator[Kept]:
    yield from _keep(log, json_formatter())


@pytest.fixture
def as_text(log: logging.Logger) -> Iterator[Kept]:
    yield from _keep(log, text_formatter())


def _keep(log: logging.Logger, formatter: logging.Formatter) -> Iterator[Kept]:
    handler = Kept()
    handler.setFormatter(formatter)
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield handler
    log.removeHandler(handler)


def test_a_line_says_when_how_severe_who_and_what(as_json: Kept, log: logging.Logger) -> None:
    log.warning("%s of %d", "one", 2, extra={"fields": {"rows": 7}})
    line = as_json.last()
    assert list(line)[:4] == ["time", "level", "logger", "event"]
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["logger"]) == ("warning", "lines")
    assert (line["event"], line["rows"]) == ("one of 2", 7)


def test_the_request_is_named_without_being_asked_for(as_json: Kept, log: logging.Logger) -> None:
    context = RequestContext(
        request_id="r1", user_id=7, username="ann", session_id="0123456789abcdef"
    )
    before = enter_context(context)
    try:
        log.info("x")
    finally:
        leave_context(before)
    line = as_json.last()
    assert (line["request_id"], line["user"], line["user_id"]) == ("r1", "ann", 7)
    assert line["session"] == "01234567"
    log.info("x")
    assert "request_id" not in as_json.last()


def test_a_task_is_named(as_json: Kept) -> None:
    current_app.finalize()
    done = talk.apply()
    assert (as_json.last()["task"], as_json.last()["task_id"]) == (NAME, done.id)


@pytest.mark.parametrize(
    "said",
    [
        {"fields": {"password": SECRET}},
        {"fields": {"new_password": SECRET}},
        {"fields": {"Api-Key": SECRET}},
        {"fields": {"body": {"deep": [{"refreshToken": SECRET}]}}},
        {"fields": {"note": f"password={SECRET}"}},
        {"fields": {"headers": [f"Authorization: Bearer {SECRET}{SECRET}"]}},
    ],
)
def test_secrets_in_fields_are_masked(
    kept: Kept, log: logging.Logger, said: dict[str, Any]
) -> None:
    log.info("x", extra=said)
    assert SECRET not in kept.lines[-1]
    assert "******" in kept.lines[-1]


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}",
        f"new_password: {SECRET}, next",
        f'{{"api_key": "{SECRET} and more"}}',
        f"{{'token': '{SECRET}'}}",
        f"redis://:{SECRET}@cache:6379/0",
        f"postgresql://atrium:{SECRET}@db/x",
        f"Authorization: Bearer {SECRET}{SECRET}",
        f"basic {SECRET}{SECRET}==",
        f"got eyJhbGci.eyJzdWI.{SECRET}",
    ],
)
def test_secrets_in_texts_are_masked(kept: Kept, log: logging.Logger, text: str) -> None:
    log.info(text)
    log.info("%s", text)
    try:
        raise ValueError(text)  # noqa: TRY301 - to be caught
    except ValueError:
        log.exception("failed")
    assert SECRET not in "".join(kept.lines)
    assert len(kept.lines) == 3


def test_the_words_are_those_of_the_audit(
    as_json: Kept, log: logging.Logger, settings: Any
) -> None:
    from dataclasses import replace  # noqa: PLC0415

    log.info("x", extra={"fields": {"salary": 5}})
    assert as_json.last()["salary"] == 5
    settings.ATRIUM = replace(settings.ATRIUM, audit_mask=("salary",))
    log.info("salary=5", extra={"fields": {"salary": 5}})
    assert as_json.last()["salary"] == "******"
    assert as_json.last()["event"] == "salary=******"


@pytest.mark.parametrize("evil", ["a\nFORGED", "a\r\nFORGED", "a\u2028FORGED", "a\x1b[2KFORGED"])
def test_nobody_begins_a_line_of_their_own(kept: Kept, log: logging.Logger, evil: str) -> None:
    before = enter_context(RequestContext(request_id="r1", username=evil))
    try:
        log.info("x %s", evil, extra={"fields": {"path": evil}})
    finally:
        leave_context(before)
    line = kept.lines[-1]
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line


def test_a_trace_is_a_field_and_in_text_stands_behind_a_bar(
    kept: Kept, log: logging.Logger
) -> None:
    text = "first\n12:00:00.000 INFO    forged: line"
    try:
        raise ValueError(text)  # noqa: TRY301 - to be caught
    except ValueError:
        log.exception("failed")
    line = kept.lines[-1]
    if line.startswith("{"):
        assert "ValueError: first" in json.loads(line)["exception"]
        assert "\n" not in line
    else:
        assert "ValueError: first" in line
        assert all(part.startswith("    | ") for part in line.split("\n")[1:])


def test_structlog_writes_the_same_lines(as_json: Kept) -> None:
    bind_structlog()
    told = structlog.stdlib.get_logger("lines")
    told.info("counted %s", "twice", rows=3, token=SECRET)
    line = as_json.last()
    assert (line["event"], line["rows"], line["token"]) == ("counted twice", 3, "******")
    try:
        raise ValueError  # noqa: TRY301 - to be caught
    except ValueError as error:
        told.exception("failed")
        assert "ValueError" in as_json.last()["exception"]
        told.error("failed", exc_info=error)
    assert "ValueError" in as_json.last()["exception"]


def test_what_is_no_json_is_spelled_as_text(as_json: Kept, log: logging.Logger) -> None:
    log.info("x", extra={"fields": {"what": object}})
    assert as_json.last()["what"] == "<class 'object'>"


def test_text_for_people_is_short(as_text: Kept, log: logging.Logger) -> None:
    log.info("hello", extra={"fields": {"rows": 3, "empty": ""}})
    assert as_text.lines[-1][12:] == " INFO    lines: hello rows=3"


def test_control_characters_are_spelled_out() -> None:
    assert plain("a\tb\0") == "a\\tb\\x00"
    assert plain("早上好") == "早上好"
