from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.scheduling.choices import Channel, RunState
from apps.scheduling.constants import MAX_SENDS
from apps.scheduling.errors import AlertUnsentError
from apps.scheduling.models import Alert, Run
from apps.scheduling.services import alerts
from apps.scheduling.services.alerts import alert_send, alerts_due, alerts_make
from apps.scheduling.tests.sample import make_alert, make_run, make_schedule

pytestmark = pytest.mark.django_db
ALL: dict[str, Any] = {
    "alert_mails": ["ops@example.com"],
    "alert_webhook": "ops",
    "alert_robot": "chat",
}


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(alerts, "enqueue", lambda _name, *, alert_id: found.append(alert_id))
    return found


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    found: list[Run] = []
    senders = {channel: lambda alert: found.append(alert.run) for channel in Channel.values}
    monkeypatch.setattr(alerts, "SENDERS", senders)
    return found


def _failed(**policy: Any) -> Run:
    return make_run(schedule=make_schedule(**policy), state=RunState.FAILED)


def _break(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any) -> None:
        raise AlertUnsentError(why="it answered 500")

    monkeypatch.setattr(alerts, "SENDERS", dict.fromkeys(Channel.values, fail))


def test_each_way_that_a_schedule_names_is_used_once(queued: list[int]) -> None:
    run = _failed(**ALL)
    alerts_make(run=run)
    alerts_make(run=run)
    assert sorted(alert.channel for alert in Alert.objects.all()) == ["mail", "robot", "webhook"]
    assert sorted(queued) == sorted(Alert.objects.values_list("pk", flat=True))


def test_nobody_is_told_of_runs_of_no_schedule_or_where_nobody_is_named(queued: list[int]) -> None:
    alerts_make(run=_failed())
    alerts_make(run=make_run(state=RunState.FAILED))
    assert queued == []
    assert not Alert.objects.exists()


def test_nobody_is_told_of_a_schedule_that_was_deleted_while_its_run_went_on(
    queued: list[int],
) -> None:
    policy = make_schedule(**ALL).policy
    assert alerts_make(run=make_run(state=RunState.FAILED), policy=policy) == []
    assert queued == []


def test_one_is_sent_once(queued: list[int], sent: list[Run]) -> None:
    run = _failed(alert_mails=["a@example.com"])
    [alert] = alerts_make(run=run)
    assert alert_send(alert_id=alert.pk)
    assert not alert_send(alert_id=alert.pk)
    assert sent == [run]
    alert.refresh_from_db()
    assert (alert.tries, alert.next_at, alert.error) == (1, None, "")
    assert alert.sent_at is not None


def test_one_that_is_being_sent_is_left_alone(queued: list[int], sent: list[Run]) -> None:
    [alert] = alerts_make(run=_failed(alert_mails=["a@example.com"]))
    Alert.objects.update(next_at=timezone.now() + timedelta(seconds=100))
    assert not alert_send(alert_id=alert.pk)
    assert sent == []


def test_one_that_cannot_be_sent_is_tried_again_later_and_then_sent(
    queued: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [alert] = alerts_make(run=_failed(alert_mails=["a@example.com"]))
    with monkeypatch.context() as broken:
        _break(broken)
        assert not alert_send(alert_id=alert.pk)
    alert.refresh_from_db()
    assert (alert.tries, alert.error, alert.sent_at) == (1, "it answered 500", None)
    assert "is tried again in 30 s" in caplog.text
    queued.clear()
    assert alerts_due() == 0
    assert alerts_due(now=timezone.now() + timedelta(seconds=31)) == 1
    assert queued == [alert.pk]
    Alert.objects.update(next_at=timezone.now())
    monkeypatch.setattr(alerts, "SENDERS", {Channel.MAIL: lambda *_args: None})
    assert alert_send(alert_id=alert.pk)


def test_one_that_never_can_be_sent_is_given_up_in_the_end(
    queued: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [alert] = alerts_make(run=_failed(alert_mails=["a@example.com"]))
    Alert.objects.update(tries=MAX_SENDS - 1)
    _break(monkeypatch)
    alert_send(alert_id=alert.pk)
    alert.refresh_from_db()
    assert (alert.next_at, alert.sent_at) == (None, None)
    assert "is given up" in caplog.text


def test_one_goes_to_those_of_the_moment_of_the_end_whatever_becomes_of_the_schedule(
    queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, ...]] = []

    def note(alert: Alert) -> None:
        told.append((alert.channel, *alert.targets, alert.state))

    monkeypatch.setattr(alerts, "SENDERS", dict.fromkeys(Channel.values, note))
    run = _failed(**ALL)
    made = alerts_make(run=run)
    assert run.schedule is not None
    run.schedule.delete()
    Run.objects.update(state=RunState.SUCCEEDED)
    assert all(alert_send(alert_id=alert.pk) for alert in made)
    assert told == [
        ("mail", "ops@example.com", "failed"),
        ("webhook", "ops", "failed"),
        ("robot", "chat", "failed"),
    ]


@pytest.mark.parametrize(
    ("channel", "why"),
    [("webhook", "the settings know no “gone”"), ("robot", "the settings know no “gone”")],
)
def test_one_whose_way_is_gone_from_the_settings_is_given_up_at_once(
    channel: str, why: str, queued: list[int]
) -> None:
    alert = make_alert(channel, "gone")
    assert not alert_send(alert_id=alert.pk)
    alert.refresh_from_db()
    assert (alert.tries, alert.next_at, alert.sent_at, alert.error) == (1, None, None, why)


def test_one_that_breaks_in_an_unknown_way_has_an_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_alert: Alert) -> None:
        raise KeyError

    monkeypatch.setattr(alerts, "SENDERS", dict.fromkeys(Channel.values, fail))
    alert, last = (
        make_alert("mail", "a@example.com"),
        make_alert("mail", "a@example.com", tries=500),
    )
    assert not alert_send(alert_id=alert.pk)
    assert not alert_send(alert_id=last.pk)
    alert.refresh_from_db()
    last.refresh_from_db()
    assert (alert.error, alert.next_at is not None) == ("KeyError", True)
    assert (last.error, last.next_at) == ("it was tried too often", None)
