from typing import Any

import pytest

from apps.scheduling.admin.forms import ScheduleForm, job_choices
from apps.scheduling.tests.admin.conftest import REPORT


@pytest.mark.usefixtures("report")
def test_jobs_are_offered_by_their_labels() -> None:
    choices = job_choices()
    assert (REPORT, "<i>Report</i>") in choices
    assert choices == sorted(choices, key=lambda choice: choice[1].casefold())


def test_moments_say_in_which_zone_they_are(settings: Any) -> None:
    text = str(ScheduleForm().fields["start_at"].help_text)
    assert text == f"Empty: at once. Time zone: {settings.TIME_ZONE}."
