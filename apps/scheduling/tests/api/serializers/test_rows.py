from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.times import wire_time
from apps.scheduling.api.serializers.rows import (
    POLICY,
    ahead,
    args_text,
    cron_text,
    kwargs_text,
    policy_values,
    seconds_between,
)
from apps.scheduling.selectors.plans import COLUMNS

NOW = timezone.now()


def test_arguments_are_masked_by_what_they_are() -> None:
    assert args_text("gone", '["password=x"]') == '["password=******"]'
    assert kwargs_text("gone", '{"token":"x"}') == '{"token":"******"}'
    assert kwargs_text("gone", "{}") is None


def test_a_crontab_is_one_text() -> None:
    assert cron_text("1, 5", "2", "*", "*", "mon") == "1,5 2 * * mon"
    assert cron_text(None, None, None, None, None) == "* * * * *"


def test_three_moments_lie_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    told: dict[str, Any] = {"interval__every": 10, "interval__period": "minutes", "enabled": True}
    assert ahead(*(told.get(column) for column in COLUMNS)) == [
        wire_time(NOW + number * timedelta(minutes=10)) for number in (1, 2, 3)
    ]


def test_a_schedule_without_a_policy_follows_the_usual_one() -> None:
    usual = policy_values(*[None] * len(POLICY))
    assert (usual["missed"], usual["retries"], usual["alert_mails"]) == ("drop", 0, [])
    assert (usual["alert_webhook"], usual["alert_robot"]) == (None, None)


def test_a_run_that_is_not_over_has_no_duration() -> None:
    assert seconds_between(NOW, NOW + timedelta(milliseconds=1500)) == 1.5
    assert seconds_between(NOW, None) is seconds_between(None, NOW) is None
