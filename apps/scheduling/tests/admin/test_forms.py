import pytest

from apps.scheduling.admin.forms import job_choices
from apps.scheduling.tests.admin.conftest import REPORT


@pytest.mark.usefixtures("report")
def test_jobs_are_offered_by_their_labels() -> None:
    choices = job_choices()
    assert (REPORT, "<i>Report</i>") in choices
    assert choices == sorted(choices, key=lambda choice: choice[1].casefold())
