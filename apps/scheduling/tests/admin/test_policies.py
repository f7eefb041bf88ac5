from types import SimpleNamespace
from typing import Any

import pytest

from apps.scheduling.admin.policies import PolicyForm
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.policies import BOUNDS

TYPED = {"missed": "drop", "missed_limit": "1", "retries": "0", "retry_seconds": "1"}


def test_the_channels_of_the_platform_are_offered(settings: Any) -> None:
    known = {"alert_webhooks": (SimpleNamespace(name="ops"),), "alert_robots": ()}
    settings.ATRIUM = SimpleNamespace(pk_mode="auto", **known)
    form = PolicyForm(TYPED | {"alert_webhook": "ops"})
    assert form.is_valid()
    assert form.policy()["alert_webhook"] == "ops"
    assert "none set up" in str(form["alert_robot"])
    assert not PolicyForm(TYPED | {"alert_robot": "x"}).is_valid()


@pytest.mark.parametrize(("host", "is_warned"), [("", True), ("mail.example.com", False)])
def test_whoever_names_addresses_hears_that_no_mail_goes_out(
    *, host: str, is_warned: bool, settings: Any
) -> None:
    settings.EMAIL_HOST = host
    assert ("no mail set up" in PolicyForm().fields["alert_mails"].help_text) == is_warned


def test_a_channel_that_is_gone_is_kept_until_another_is_chosen() -> None:
    policy = SchedulePolicy(alert_robot="gone", alert_mails=["a@example.com", "b@example.com"])
    form = PolicyForm(policy=policy)
    assert '<option value="gone" selected>' in str(form["alert_robot"])
    assert form["alert_mails"].value() == "a@example.com\nb@example.com"


@pytest.mark.parametrize("column", BOUNDS)
def test_the_form_takes_the_numbers_that_the_service_takes(column: str) -> None:
    least, most = BOUNDS[column]
    for number, is_taken in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        assert PolicyForm(TYPED | {column: str(number)}).is_valid() == is_taken
