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
        (RunState.FAILED, "", "ValueError: no", "ValueError: no"),
        (RunState.RUNNING, "", "", None),
    ],
)
def test_a_result_is_what_came_back_or_what_went_wrong(
    state: str, result: str, error: str, expected: object
) -> None:
    assert result_of(state, result, error) == expected
