from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.times import wire_time
from apps.scheduling.api.serializers.rows import (
    POLICY,
    ahead,
    arguments_text,
    cron_text,
    policy_values,
    seconds_between,
)
from apps.scheduling.selectors.plans import COLUMNS

NOW = timezone.now()


@pytest.mark.parametrize("text", ["", None, "[]", "{}", " [] ", "null"])
def test_no_arguments_are_none(text: Any) -> None:
    assert arguments_text(text) is None


def test_arguments_are_the_text_that_is_kept() -> None:
    assert arguments_text('["a"]') == '["a"]'


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
