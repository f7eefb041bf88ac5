from datetime import timedelta

import pytest
from django.utils import timezone

from apps.scheduling.admin.cells import (
    TONES,
    distance,
    duration_text,
    job_label,
    moment_cell,
    progress_cell,
    state_marks,
    story_cell,
    two_lines,
)
from apps.scheduling.choices import RunState
from apps.scheduling.models import Run
from apps.scheduling.selectors.statistics import Bucket, Story


def test_every_state_has_a_colour() -> None:
    assert set(TONES) == set(RunState.values)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0.012, "12 ms"),
        (3.21, "3.2 s"),
        (59.97, "1 min 00 s"),
        (61, "1 min 01 s"),
        (3_660, "1 h 01 min"),
    ],
)
def test_durations_are_as_short_as_can_be(seconds: float | None, text: str) -> None:
    length = None if seconds is None else timedelta(seconds=seconds)
    assert duration_text(length) == text


def test_moments_are_told_by_their_distance() -> None:
    now = timezone.now()
    assert distance(now) == "now"
    assert distance(now - timedelta(seconds=30)) == "30 seconds ago"
    assert distance(now + timedelta(hours=2, minutes=1)) == "in 2\xa0hours"
    assert distance(now + timedelta(days=70)) == "in 2\xa0months"
    assert moment_cell(None) == "-"


def test_a_moment_of_nearly_a_minute_ago_is_told_in_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = timezone.now()
    monkeypatch.setattr("apps.scheduling.admin.cells.timezone.now", lambda: now)
    assert distance(now - timedelta(seconds=59.7)) == "59 seconds ago"
    assert distance(now - timedelta(seconds=60)) == "1\xa0minute ago"


def test_scripts_get_the_word_and_the_colour_of_each_state() -> None:
    assert set(state_marks()) == set(RunState.values)
    assert state_marks()["skipped"] == {"label": "skipped", "tone": "quiet"}


def test_a_job_that_is_gone_keeps_its_name() -> None:
    assert job_label("gone.job") == "gone.job"


def test_names_lead_somewhere_where_there_is_a_place() -> None:
    assert 'href="/x"' in two_lines("<a>", "b", "/x")
    assert "&lt;a&gt;" in two_lines("<a>", "b")


def test_what_succeeded_is_shown_as_done() -> None:
    run = Run(task_id="t", state="succeeded", percent=0)
    assert 'value="100"' in progress_cell(run)


def test_the_bars_of_a_day_are_stacked_and_summed_up() -> None:
    now = timezone.now()
    story = Story(hours=[Bucket(at=now, good=3, bad=1, other=1), Bucket(at=now)])
    cell = story_cell(story)
    assert cell.count("<rect") == 4
    assert "5 runs, 1 failed" in cell
