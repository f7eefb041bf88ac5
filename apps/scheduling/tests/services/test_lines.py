import logging
from collections.abc import Iterator
from typing import Any

import pytest
from celery import _state

from apps.scheduling.constants import MAX_LINE
from apps.scheduling.services import lines
from apps.scheduling.services.lines import RunLines, level_of, lines_follow
from apps.scheduling.services.pulse import Live, pulse
from apps.scheduling.tests.sample import echo, job_of

log = logging.getLogger("sample.lines")


@pytest.fixture
def live() -> Iterator[Live]:
    """Be inside a job."""
    lines_follow()
    log.setLevel(logging.DEBUG)
    made = Live(task_id="one", name="echo", is_direct=True)
    task = job_of(echo)
    task.push_request(id="one")
    stack: Any = vars(_state)["_task_stack"]
    stack.push(task)
    pulse.add(made)
    yield made
    pulse.remove(made)
    stack.pop()
    task.pop_request()


def _texts(live: Live) -> list[tuple[str, str]]:
    return [(level, text) for _at, level, text in live.lines]


def test_what_a_job_logs_is_kept_with_its_level(live: Live) -> None:
    log.info("%d rows", 3)
    log.error("no")
    assert _texts(live) == [("info", "3 rows"), ("error", "no")]


def test_what_is_logged_outside_of_jobs_is_not() -> None:
    lines_follow()
    log.warning("nobody keeps this")
    assert pulse.at_hand() == []


def test_what_the_worker_tells_of_itself_is_not(live: Live) -> None:
    logging.getLogger("celery.app.trace").warning("task succeeded")
    assert _texts(live) == []


def test_secrets_are_masked_and_long_lines_cut(live: Live) -> None:
    log.info("password=hunter2 %s", "x" * 10_000)
    [(_level, text)] = _texts(live)
    assert "hunter2" not in text
    assert len(text) == MAX_LINE


def test_what_was_raised_stands_below_the_line(live: Live) -> None:
    try:
        1 / 0  # noqa: B018 - it is to raise
    except ZeroDivisionError:
        log.exception("it broke")
    [(level, text)] = _texts(live)
    assert level == "error"
    assert text.startswith("it broke\nTraceback")
    assert text.endswith("ZeroDivisionError: division by zero")


def test_there_is_an_end_to_what_is_kept(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINES", 3)
    for number in range(10):
        log.info("line %d", number)
    assert [text for _level, text in _texts(live)] == [
        "line 0",
        "line 1",
        "line 2",
        "Further lines are not kept.",
    ]


def test_the_log_is_followed_once() -> None:
    lines_follow()
    lines_follow()
    handlers = logging.getLogger().handlers
    assert sum(isinstance(handler, RunLines) for handler in handlers) == 1


def test_every_number_has_a_level() -> None:
    found = [level_of(number) for number in (5, 10, 20, 25, 30, 40, 50)]
    assert found == ["debug", "debug", "info", "info", "warning", "error", "error"]
