import pytest

from apps.scheduling.choices import RunState
from apps.scheduling.selectors.runs import STATUSES, result_of, states_of


def test_each_state_has_a_word_of_celery() -> None:
    assert set(STATUSES) == set(RunState.values)
    assert states_of("FAILURE") == [RunState.FAILED, RunState.LOST]
    assert states_of("nothing") == []


@pytest.mark.parametrize(
    ("state", "result", "error", "expected"),
    [
        (RunState.SUCCEEDED, '{"a": [1]}', "", {"a": [1]}),
        (RunState.SUCCEEDED, "", "", None),
        (RunState.SUCCEEDED, '"cut', "", '"cut'),
        (RunState.RUNNING, "", "", None),
    ],
)
def test_a_result_is_what_came_back_or_what_went_wrong(
    state: str, result: str, error: str, expected: object
) -> None:
    assert result_of(state, result, error) == expected


FAULT = {"exc_type": "DemoError", "exc_message": "no: 7", "exc_module": "apps.demo"}


@pytest.mark.parametrize(
    ("state", "error", "fault", "expected"),
    [
        (RunState.FAILED, "DemoError: no: 7", FAULT, ("DemoError", "no: 7", "apps.demo")),
        (RunState.RETRYING, "DemoError: no: 7", FAULT, ("DemoError", "no: 7", "apps.demo")),
        (
            RunState.FAILED,
            "It took longer than it may.",
            FAULT | {"exc_message": ""},
            ("DemoError", "It took longer than it may.", "apps.demo"),
        ),
        (RunState.FAILED, "ValueError: no: 7\n8", None, ("ValueError", "no: 7\n8", "")),
        (RunState.FAILED, "KeyError", None, ("KeyError", "", "")),
        (RunState.FAILED, "It took longer.", None, ("Exception", "It took longer.", "")),
        (RunState.LOST, "It died.", FAULT, ("WorkerLostError", "It died.", "billiard.exceptions")),
        (
            RunState.CANCELLED,
            "DemoError: no: 7",
            FAULT,
            ("TaskRevokedError", "cancelled", "celery.exceptions"),
        ),
        (RunState.MISSED, "Late.", None, ("TaskRevokedError", "Late.", "celery.exceptions")),
    ],
)
def test_a_run_that_did_not_come_to_its_end_tells_an_exception(
    state: str, error: str, fault: dict[str, str] | None, expected: tuple[str, str, str]
) -> None:
    names = ("exc_type", "exc_message", "exc_module")
    assert result_of(state, "", error, fault) == dict(zip(names, expected, strict=True))
