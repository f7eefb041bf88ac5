import pytest
from django.utils import timezone

from apps.scheduling.choices import RunState
from apps.scheduling.models import RunLine
from apps.scheduling.selectors.runs import STATUSES, lines_after, result_of, states_of
from apps.scheduling.tests.sample import make_run


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


@pytest.mark.django_db
def test_lines_go_on_after_the_last_known_one() -> None:
    run, other = make_run(), make_run()
    lines = [
        RunLine.objects.create(run=owner, at=timezone.now(), text=str(number))
        for number, owner in enumerate((run, other, run, run))
    ]
    assert [line.text for line in lines_after(run, after=0, size=9)] == ["0", "2", "3"]
    assert [line.text for line in lines_after(run, after=lines[0].pk, size=1)] == ["2"]
