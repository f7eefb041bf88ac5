from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from kombu.exceptions import OperationalError

from apps.core.jobs import SCHEDULED, Job
from apps.scheduling.choices import Missed
from apps.scheduling.constants import DUE_HEADER, SCHEDULE_HEADER, TRIGGER_HEADER, UNTIL_HEADER
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.firings import (
    BrokenScheduleError,
    schedule_disable,
    schedule_due,
    schedule_end,
    schedule_fire,
)
from apps.scheduling.services.policies import policy_set

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TASK = "apps.accounts.tasks.prune_sessions"
Sent = list[dict[str, Any]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found: Sent = []
    current_app.loader.import_default_modules()
    monkeypatch.setattr(Job, "apply_async", lambda _self, **options: found.append(options))
    return found


@pytest.fixture
def make() -> Callable[..., PeriodicTask]:
    def made(**columns: Any) -> PeriodicTask:
        policy = columns.pop("policy", {})
        if "crontab" not in columns:
            every = IntervalSchedule.objects.create(every=1, period="minutes")
            columns.setdefault("interval", every)
        row = PeriodicTask.objects.create(name="tidy", task=TASK, **columns)
        PeriodicTask.objects.update(date_changed=NOON)
        SchedulePolicy.objects.create(schedule=row, **policy)
        return PeriodicTask.objects.get()

    return made


def _fire(row: PeriodicTask, now: datetime, kept_since: datetime = NOON) -> int:
    return schedule_fire(schedule=row, now=now, kept_since=kept_since)


@pytest.mark.parametrize("column", ["last_run_at", "date_changed"])
def test_what_a_clock_ahead_has_settled_counts_from_now_on(
    column: str, make: Any, sent: Sent
) -> None:
    row = make()
    PeriodicTask.objects.update(**{column: timezone.now() + timedelta(days=300)})
    due_at = schedule_due(schedule=PeriodicTask.objects.get())
    assert due_at is not None
    assert timezone.now() < due_at <= timezone.now() + MINUTE
    assert _fire(PeriodicTask.objects.get(pk=row.pk), due_at, timezone.now()) == 1
    assert PeriodicTask.objects.get().last_run_at == due_at


def test_what_is_due_is_sent_with_what_it_is_for(make: Any, sent: Sent) -> None:
    row = make(args="[1]", kwargs='{"days": 2}', headers='{"x": 1}', expire_seconds=9)
    assert _fire(row, NOON + MINUTE + timedelta(seconds=1)) == 1
    (message,) = sent
    assert message["args"] == (1,)
    assert message["kwargs"] == {"days": 2}
    assert "expires" not in message
    until = parse_datetime(message["headers"].pop(UNTIL_HEADER))
    assert until is not None
    assert abs(until - timezone.now() - timedelta(seconds=9)) < timedelta(seconds=5)
    assert message["queue"] == SCHEDULED
    assert message["headers"] == {
        "x": 1,
        SCHEDULE_HEADER: row.pk,
        TRIGGER_HEADER: "schedule",
        DUE_HEADER: (NOON + MINUTE).isoformat(),
        "periodic_task_name": "tidy",
    }


def test_when_it_ran_outlives_a_change_of_the_row(make: Any, sent: Sent) -> None:
    row = make()
    policy_set(schedule=row, values={})
    changed = SchedulePolicy.objects.get().updated_at
    assert _fire(row, NOON + MINUTE) == len(sent) == 1
    PeriodicTask.objects.update(last_run_at=None)
    kept = SchedulePolicy.objects.get()
    assert kept.ran_at is not None
    assert timezone.now() - kept.ran_at < MINUTE
    assert kept.updated_at == changed


def test_the_moment_and_the_count_are_kept_and_nothing_else_is_written(
    make: Any, sent: Sent
) -> None:
    row = make()
    PeriodicTask.objects.update(description="changed by somebody at the same moment")
    _fire(row, NOON + MINUTE)
    row.refresh_from_db()
    assert (row.last_run_at, row.total_run_count) == (NOON + MINUTE, 1)
    assert row.description.startswith("changed by somebody")
    assert row.date_changed == NOON


def test_nothing_is_sent_before_its_time_nor_twice(make: Any, sent: Sent) -> None:
    row = make()
    assert _fire(row, NOON + timedelta(seconds=59)) == 0
    assert _fire(row, NOON + MINUTE) == 1
    assert _fire(row, NOON + MINUTE) == 0  # a twin that read the row before
    assert len(sent) == 1


def test_the_same_moment_has_the_same_id(make: Any, sent: Sent) -> None:
    row = make()
    _fire(row, NOON + MINUTE)
    PeriodicTask.objects.update(last_run_at=None)
    _fire(PeriodicTask.objects.get(), NOON + MINUTE)
    PeriodicTask.objects.update(last_run_at=None)
    _fire(PeriodicTask.objects.get(), NOON + 2 * MINUTE)
    ids = [message["task_id"] for message in sent]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(("missed", "count"), [(Missed.DROP, 0), (Missed.ONCE, 1), (Missed.ALL, 3)])
def test_three_missed_times_are_made_up_for_as_the_policy_says(
    missed: Missed, count: int, make: Any, sent: Sent
) -> None:
    row = make(policy={"missed": missed}, last_run_at=NOON)
    back = NOON + timedelta(minutes=3, seconds=30)
    assert _fire(row, back, kept_since=back) == count
    assert [message["headers"][TRIGGER_HEADER] for message in sent] == ["catch_up"] * count
    dues = [message["headers"][DUE_HEADER] for message in sent]
    assert dues == [(NOON + number * MINUTE).isoformat() for number in (1, 2, 3)][3 - count :]


def test_the_oldest_of_too_many_missed_times_are_dropped(
    make: Any, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    row = make(policy={"missed": Missed.ALL, "missed_limit": 2}, last_run_at=NOON)
    back = NOON + timedelta(minutes=9, seconds=30)
    assert _fire(row, back, kept_since=back) == 2
    assert sent[0]["headers"][DUE_HEADER] == (NOON + 8 * MINUTE).isoformat()
    assert "missed times were dropped" in caplog.text


def test_the_time_while_it_was_switched_off_is_not_made_up(make: Any, sent: Sent) -> None:
    row = make(policy={"missed": Missed.ALL}, last_run_at=NOON)
    PeriodicTask.objects.update(date_changed=NOON + timedelta(minutes=30))  # switched on then
    now = NOON + timedelta(minutes=31)
    assert _fire(PeriodicTask.objects.get(), now, kept_since=NOON) == 1
    assert row.last_run_at == NOON


def test_one_that_is_switched_off_in_the_meantime_sends_nothing(make: Any, sent: Sent) -> None:
    row = make()
    PeriodicTask.objects.update(enabled=False)
    assert _fire(row, NOON + MINUTE) == 0
    assert sent == []


def test_one_that_runs_once_is_off_afterwards_with_its_count_anew(make: Any, sent: Sent) -> None:
    row = make(one_off=True, policy={"missed": Missed.ALL})
    assert _fire(row, NOON + 5 * MINUTE) == 1
    row.refresh_from_db()
    assert (row.enabled, row.total_run_count) == (False, 0)


def test_nothing_is_claimed_that_the_broker_does_not_take(
    make: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise OperationalError

    row = make()
    with monkeypatch.context() as patch:
        patch.setattr(Job, "apply_async", refuse)
        with pytest.raises(OperationalError):
            _fire(row, NOON + MINUTE)
    assert PeriodicTask.objects.get().last_run_at is None
    assert _fire(row, NOON + 2 * MINUTE) == 1


def test_it_ends_before_its_end(make: Any, sent: Sent) -> None:
    row = make(expires=NOON + MINUTE)
    assert _fire(row, NOON + 3 * MINUTE) == 0
    assert schedule_due(schedule=row) is None


def test_it_does_not_begin_before_its_start(make: Any, sent: Sent) -> None:
    start = NOON + timedelta(minutes=10, seconds=10)
    row = make(start_time=start)
    assert schedule_due(schedule=row) == start
    assert _fire(row, start - timedelta(seconds=1)) == 0
    assert _fire(row, start) == 1


def test_what_is_settled_is_not_due_again(make: Any) -> None:
    row = make(last_run_at=NOON)
    after = NOON + timedelta(minutes=3, seconds=30)
    assert schedule_due(schedule=row) == NOON + MINUTE
    assert schedule_due(schedule=row, after=after) == NOON + 4 * MINUTE


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"args": "no JSON"}, "cannot be read"),
        ({"args": "{}"}, "no list"),
        ({"task": "apps.x.tasks.gone"}, "no job is called apps.x.tasks.gone"),
        ({"queue": "attic"}, "no queue attic"),
    ],
)
def test_a_row_that_cannot_be_sent_says_why(
    columns: dict[str, Any], fault: str, make: Any, sent: Sent
) -> None:
    row = make()
    for column, value in columns.items():
        setattr(row, column, value)
    with pytest.raises(BrokenScheduleError, match=fault):
        _fire(row, NOON + MINUTE)
    assert PeriodicTask.objects.get().last_run_at is None


def test_a_row_without_times_is_broken(make: Any) -> None:
    row = make(crontab=CrontabSchedule.objects.create(minute="99"))
    with pytest.raises(BrokenScheduleError):
        schedule_due(schedule=row)


def test_a_broken_row_is_switched_off_and_told(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    row = make()
    schedule_disable(schedule=row, reason="no times")
    assert not PeriodicTask.objects.get().enabled
    assert "'tidy' is switched off: no times" in caplog.text


def test_one_whose_end_has_come_is_switched_off_unless_it_was_prolonged(make: Any) -> None:
    row = make(expires=NOON)
    PeriodicTask.objects.update(expires=datetime(9999, 1, 1, tzinfo=UTC))
    schedule_end(schedule=row)
    assert PeriodicTask.objects.get().enabled
    PeriodicTask.objects.update(expires=NOON)
    schedule_end(schedule=row)
    assert not PeriodicTask.objects.get().enabled


def test_the_limit_of_the_policy_goes_with_the_message(make: Any, sent: Sent) -> None:
    _fire(make(policy={"limit_seconds": 30}), NOON + MINUTE)
    assert sent[0]["soft_time_limit"] == 30
    assert sent[0]["time_limit"] > 30


def test_the_key_of_a_queue_stands_for_the_queue(make: Any, sent: Sent) -> None:
    _fire(make(routing_key="slow", exchange="slow"), NOON + MINUTE)
    assert sent[0]["queue"] == "slow"


@pytest.mark.parametrize(("late", "count"), [(1, 1), (3, 3)])
def test_a_firing_reads_the_policy_once_whatever_it_sends(
    late: int, count: int, make: Any, sent: Sent
) -> None:
    row = make(policy={"missed": Missed.ALL, "limit_seconds": 30})
    now = NOON + late * MINUTE
    with CaptureQueriesContext(connection) as asked:
        assert _fire(row, now, kept_since=NOON) == count
    assert [message["soft_time_limit"] for message in sent] == [30] * count
    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    policies = [query for query in reads if "schedulepolicy" in query]
    assert len(policies) == 1
