from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from apps.core.errors import InvalidInputError
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services import policies
from apps.scheduling.services.policies import channel_names, policy_set
from apps.scheduling.tests.factories import make_schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"alert_webhook": ["ops"], "alert_robot": ["room"]}
    monkeypatch.setattr(policies, "channel_names", names.__getitem__)


def _fault(**values: Any) -> str:
    schedule = make_schedule()
    with pytest.raises(InvalidInputError) as caught:
        policy_set(schedule=schedule, values=values)
    assert SchedulePolicy.objects.get().retries == 0
    return caught.value.field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("missed", "never"),
        ("missed_limit", 0),
        ("missed_limit", 1001),
        ("retries", -1),
        ("retries", 101),
        ("retries", None),
        ("retry_seconds", 0),
        ("retry_seconds", 3601),
        ("limit_seconds", 0),
        ("limit_seconds", 86_401),
        ("alert_mails", "ann@example.com"),
        ("alert_mails", ["ann"]),
        ("alert_mails", [7]),
        ("alert_mails", ["ann@example.com"] * 21),
        ("alert_webhook", "nowhere"),
        ("alert_robot", "nowhere"),
    ],
)
def test_a_policy_that_breaks_a_rule_is_refused(field: str, value: Any) -> None:
    assert _fault(**{field: value}) == field


@pytest.mark.usefixtures("channels")
def test_a_policy_is_kept_and_changed_in_parts() -> None:
    schedule = make_schedule()
    policy_set(
        schedule=schedule,
        values={
            "missed": "all",
            "missed_limit": 5,
            "limit_seconds": 30,
            "alert_mails": ["ann@example.com"],
            "alert_webhook": "ops",
        },
    )
    policy_set(schedule=schedule, values={"alert_robot": "room", "limit_seconds": None})
    kept = SchedulePolicy.objects.get()
    assert (kept.missed, kept.missed_limit, kept.limit_seconds) == ("all", 5, None)
    assert (kept.alert_mails, kept.alert_webhook) == (["ann@example.com"], "ops")
    assert kept.alert_robot == "room"


def test_a_change_leaves_alone_what_beat_wrote_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule, now = make_schedule(), timezone.now()
    monkeypatch.setattr(
        policies, "policy_verify", lambda **_: SchedulePolicy.objects.update(ran_at=now)
    )
    policy_set(schedule=schedule, values={"retries": 3})
    kept = SchedulePolicy.objects.get()
    assert (kept.ran_at, kept.retries, kept.updated_at is not None) == (now, 3, True)


@pytest.mark.usefixtures("channels")
def test_only_names_of_the_same_kind_are_taken() -> None:
    assert _fault(alert_webhook="room") == "alert_webhook"


def test_the_names_are_those_of_the_settings(settings: Any) -> None:
    settings.ATRIUM = SimpleNamespace(alert_webhooks=(SimpleNamespace(name="ops"),))
    assert list(channel_names("alert_webhook")) == ["ops"]
    assert list(channel_names("alert_robot")) == []
