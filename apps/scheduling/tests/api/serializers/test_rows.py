from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.scheduling.api.serializers.rows import (
    POLICY,
    ahead,
    args_text,
    cron_text,
    kwargs_text,
    policy_values,
    seconds_between,
)

NOW = timezone.now()


def test_arguments_are_masked_by_what_they_are() -> None:
    assert args_text("gone", '["password=x"]') == '["password=******"]'
    assert kwargs_text("gone", '{"token":"x"}') == '{"token":"******"}'
    assert kwargs_text("gone", "{}") is None


def test_a_crontab_is_one_text() -> None:
    assert cron_text("1", "2", "*", "*", "mon") == "1 2 * * mon"
    assert cron_text(None, None, None, None, None) == "* * * * *"


def _ahead(**values: Any) -> list[str | None]:
    usual: dict[str, Any] = {
        "is_enabled": True,
        "every": 10,
        "period": "minutes",
        "last": None,
        "changed": NOW,
        "start": None,
        "end": None,
        "minute": None,
    }
    return ahead(*(usual | values).values())


def test_three_moments_lie_ahead() -> None:
    assert len(_ahead()) == 3
    assert len(_ahead(every=None, minute="* * * * *")) == 3


def test_nothing_lies_ahead_of_what_is_off_has_ended_or_has_no_times() -> None:
    assert _ahead(is_enabled=False) == []
    assert _ahead(end=NOW - timedelta(days=1)) == []
    assert _ahead(every=None) == []
    assert _ahead(every=2**31 - 1, period="days") == []


def test_a_schedule_without_a_policy_follows_the_usual_one() -> None:
    usual = policy_values(*[None] * len(POLICY))
    assert (usual["missed"], usual["retries"], usual["alert_mails"]) == ("drop", 0, [])
    assert (usual["alert_webhook"], usual["alert_robot"]) == (None, None)


def test_a_run_that_is_not_over_has_no_duration() -> None:
    assert seconds_between(NOW, NOW + timedelta(milliseconds=1500)) == 1.5
    assert seconds_between(NOW, None) is seconds_between(None, NOW) is None
