from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_celery_beat.models import (
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
)

from apps.core.errors import InvalidInputError, NotFoundError
from apps.core.testing.fixtures import GrantedClient
from apps.scheduling.choices import RunState, ScheduleKind, Trigger
from apps.scheduling.errors import (
    BothEndsError,
    JobUnknownError,
    ScheduleDeclaredError,
    ScheduleNameTakenError,
)
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.services import values as module
from apps.scheduling.services.policies import policy_of
from apps.scheduling.services.schedules import (
    schedule_create,
    schedule_delete,
    schedule_execute,
    schedule_switch,
    schedule_update,
)
from apps.scheduling.tests.factories import NAME, SILENT, greet, heard, make_schedule

pytestmark = pytest.mark.django_db
NOON = timezone.datetime(2026, 3, 5, 12, tzinfo=timezone.get_default_timezone())  # type: ignore[attr-defined]
CRONTAB, INTERVAL = ScheduleKind.CRONTAB, ScheduleKind.INTERVAL


@pytest.fixture(autouse=True)
def _fresh_times() -> None:
    PeriodicTask.objects.all().delete()
    IntervalSchedule.objects.all().delete()
    CrontabSchedule.objects.all().delete()


def _fault(**values: Any) -> str:
    with pytest.raises(InvalidInputError) as caught:
        make_schedule(**values)
    assert not PeriodicTask.objects.exists()
    return caught.value.field


def test_a_schedule_has_its_times_its_arguments_and_a_policy() -> None:
    made = make_schedule(policy={"retries": 3}, remark="for the tests")
    made.refresh_from_db()
    assert (made.interval.every, made.interval.period, made.crontab) == (10, "minutes", None)
    assert json.loads(made.kwargs) == {"name": "Ann"}
    assert (made.enabled, made.policy.retries, made.description) == (True, 3, "for the tests")


def test_a_schedule_may_begin_switched_off() -> None:
    assert not make_schedule(is_enabled=False).enabled


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("task", {"task": "nobody.knows.it"}),
        ("task", {"task": "celery.backend_cleanup"}),
        ("kwargs", {"kwargs": {}}),
        ("kwargs", {"kwargs": {"name": 7}}),
        ("kwargs", {"kwargs": {"name": "Ann", "age": 7}}),
        ("kwargs", {"kwargs": {"name": "\0"}}),
        ("kwargs", {"kwargs": {"name": "x" * 70_000}}),
        ("args", {"args": [7], "kwargs": {}}),
        ("args", {"args": ["Ann", 1, "kind", 4], "kwargs": {}}),
        ("args", {"args": {"name": "Ann"}}),
        ("queue", {"queue": "nowhere"}),
        ("exchange", {"exchange": "quick"}),
        ("routing_key", {"queue": "quick", "routing_key": "slow"}),
        ("expire_time", {"start_at": NOON, "expires_at": NOON}),
        ("expire_time", {"start_at": NOON, "expires_at": NOON - timedelta(seconds=1)}),
        ("crontab", {"kind": CRONTAB, "cron": "a b c d e"}),
        ("interval_every", {"every": 0}),
        ("missed", {"policy": {"missed": "whatever"}}),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(field: str, values: dict[str, Any]) -> None:
    assert _fault(**values) == field


def test_nesting_without_end_is_refused() -> None:
    deep: Any = []
    for _level in range(2000):
        deep = [deep]
    assert _fault(task=SILENT, args=[None, deep], kwargs={}) == "args"


def test_a_backslash_before_four_zeros_is_no_nul() -> None:
    assert make_schedule(kwargs={"name": r"\u0000"})


def test_the_queue_may_be_said_in_three_ways() -> None:
    made = make_schedule(queue="quick", exchange="quick", routing_key="quick")
    assert (made.queue, made.exchange, made.routing_key) == ("quick", "quick", "quick")
    assert make_schedule(exchange="slow", routing_key="slow").queue is None


def test_names_are_unique() -> None:
    make_schedule(name="one")
    with pytest.raises(ScheduleNameTakenError):
        make_schedule(name="one")
    other = make_schedule(name="two")
    with pytest.raises(ScheduleNameTakenError):
        schedule_update(schedule=other, name="one")
    assert schedule_update(schedule=other, name="two").name == "two"


@pytest.mark.parametrize("is_late", [True, False])
def test_a_name_that_is_taken_after_the_check_is_told_alike(
    is_late: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_schedule(name="one")
    monkeypatch.setattr(module, "_check_name", lambda _schedule: None)
    if is_late:  # past Django's own check, too
        monkeypatch.setattr(PeriodicTask, "validate_unique", lambda _self: None)
    with pytest.raises(ScheduleNameTakenError):
        make_schedule(name="one")


def test_what_the_scheduler_itself_refuses_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Any) -> None:
        raise ValidationError({"interval": "no"})

    monkeypatch.setattr(PeriodicTask, "validate_unique", refuse)
    with pytest.raises(ValidationError):
        make_schedule()


def test_an_update_keeps_what_is_not_given() -> None:
    made = make_schedule(remark="old", queue="quick", policy={"retries": 2})
    changed = schedule_update(schedule=made, remark="new")
    assert (changed.description, changed.queue, changed.interval) == ("new", "quick", made.interval)
    assert policy_of(changed).retries == 2
    assert policy_of(changed).updated_at is not None


def test_an_update_of_the_times_may_give_a_part_of_them() -> None:
    made = make_schedule()
    assert schedule_update(schedule=made, every=3).interval.every == 3
    changed = schedule_update(schedule=made, kind=CRONTAB)
    assert (changed.interval, changed.crontab.minute) == (None, "*")
    assert schedule_update(schedule=made, cron="5 4 * * *").crontab.hour == "4"
    with pytest.raises(InvalidInputError):
        schedule_update(schedule=made, kind=INTERVAL)


def test_other_times_count_from_now_on() -> None:
    made = make_schedule()
    PeriodicTask.objects.filter(pk=made.pk).update(last_run_at=NOON)
    assert schedule_update(schedule=made, remark="x").last_run_at == NOON
    assert schedule_update(schedule=made, every=10, period="minutes").last_run_at == NOON
    assert schedule_update(schedule=made, every=11).last_run_at is None


def test_what_ran_already_can_become_one_that_runs_once() -> None:
    made = make_schedule()
    PeriodicTask.objects.filter(pk=made.pk).update(total_run_count=7)
    assert schedule_update(schedule=made, remark="x").total_run_count == 7
    assert schedule_update(schedule=made, one_off=True).total_run_count == 0


def test_both_ends_at_once_are_refused() -> None:
    with pytest.raises(BothEndsError):
        make_schedule(expires_at=NOON, expire_seconds=5)
    assert not PeriodicTask.objects.exists()


def test_of_two_ends_that_do_not_fit_the_one_that_is_given_is_named() -> None:
    made, late = make_schedule(expires_at=NOON), NOON + timedelta(days=1)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("start_time", {"start_at": late}),
        ("expire_time", {"start_at": late, "expires_at": NOON}),
    ]
    for field, values in cases:
        with pytest.raises(InvalidInputError) as caught:
            schedule_update(schedule=made, **values)
        assert caught.value.field == field


def test_of_two_ends_the_one_that_is_given_takes_the_place_of_the_other() -> None:
    made = make_schedule(expire_seconds=60)
    changed = schedule_update(schedule=made, expires_at=NOON)
    assert (changed.expires, changed.expire_seconds) == (NOON, None)
    changed = schedule_update(schedule=made, expire_seconds=30)
    assert (changed.expires, changed.expire_seconds) == (None, 30)


def test_times_that_nobody_uses_any_more_are_removed() -> None:
    first, second = make_schedule(name="one"), make_schedule(name="two")
    schedule_update(schedule=first, kind=CRONTAB, cron="1 2 3 4 *")
    assert IntervalSchedule.objects.count() == 1
    schedule_delete(schedule=second)
    assert not IntervalSchedule.objects.exists()
    schedule_update(schedule=first, cron="5 4 3 2 *")
    assert CrontabSchedule.objects.get().minute == "5"
    schedule_delete(schedule=first)
    assert not CrontabSchedule.objects.exists()


def test_what_code_declares_can_be_switched_and_given_a_policy_only() -> None:
    made = make_schedule(policy={"declared_by": "tests"})
    changed = schedule_update(
        schedule=made,
        policy={"retries": 4},
        is_enabled=False,
        kwargs={"name": "Ann"},
        kind=INTERVAL,
        every=10,
        period="minutes",
        queue="",
    )
    assert (changed.enabled, policy_of(changed).retries) == (False, 4)
    for values in ({"remark": "x"}, {"kwargs": {"name": "Bob"}}, {"every": 11}, {"name": "x"}):
        with pytest.raises(ScheduleDeclaredError):
            schedule_update(schedule=made, **values)
    assert IntervalSchedule.objects.count() == 1
    with pytest.raises(ScheduleDeclaredError):
        schedule_delete(schedule=made)
    assert not schedule_switch(schedule=made, is_enabled=False).enabled


def test_a_switch_without_a_value_turns_it_over() -> None:
    made = make_schedule()
    assert not schedule_switch(schedule=made).enabled
    assert schedule_switch(schedule=made).enabled
    assert schedule_switch(schedule=made, is_enabled=True).enabled


def test_the_time_that_a_schedule_was_off_is_not_made_up_for() -> None:
    made = make_schedule()
    PeriodicTask.objects.filter(pk=made.pk).update(last_run_at=NOON, enabled=False)
    assert schedule_switch(schedule=made).last_run_at is None


def test_switching_on_what_is_on_changes_nothing() -> None:
    made = make_schedule()
    PeriodicTask.objects.filter(pk=made.pk).update(last_run_at=NOON)
    assert schedule_switch(schedule=made, is_enabled=True).last_run_at == NOON


def test_one_that_ran_once_runs_once_again_when_it_is_switched_on() -> None:
    made = make_schedule(one_off=True)
    PeriodicTask.objects.filter(pk=made.pk).update(total_run_count=1, enabled=False)
    assert schedule_switch(schedule=made).total_run_count == 0


def test_what_no_code_declares_any_more_stays_off() -> None:
    made = make_schedule(is_enabled=False)
    PeriodicTask.objects.filter(pk=made.pk).update(task="gone.with.the.plugin")
    with pytest.raises(JobUnknownError):
        schedule_switch(schedule=made)
    assert not schedule_switch(schedule=made, is_enabled=False).enabled


def test_each_change_wakes_beat_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_schedule()
    calls: list[str] = []
    monkeypatch.setattr(PeriodicTasks, "update_changed", lambda: calls.append("told"))
    for act in (
        partial(schedule_update, remark="x"),
        partial(schedule_update, policy={"retries": 1}),
        schedule_switch,
        schedule_delete,
    ):
        calls.clear()
        act(schedule=made)
        assert len(calls) >= 2  # as the row is saved, and when others can see it


@pytest.mark.parametrize("act", [schedule_update, schedule_switch, schedule_delete])
def test_one_that_was_deleted_in_the_meantime_is_not_found(act: Any) -> None:
    made = make_schedule()
    PeriodicTask.objects.filter(pk=made.pk).delete()
    with pytest.raises(NotFoundError):
        act(schedule=made)


def test_running_it_now_uses_its_arguments_and_queue_and_leaves_it_as_it_is() -> None:
    made = make_schedule(kwargs={"name": "Eve", "times": 2}, queue="quick", is_enabled=False)
    heard.clear()
    run = schedule_execute(schedule=made)
    assert heard == [("Eve", 2, "kind")]
    assert (run.schedule, run.queue, run.trigger) == (made, "quick", Trigger.PERSON)
    made.refresh_from_db()
    assert (made.enabled, made.total_run_count, made.last_run_at) == (False, 0, None)


def test_it_waits_in_the_queue_of_its_job_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greet, "apply_async", lambda **_message: None)
    run = schedule_execute(schedule=make_schedule())
    assert (run.queue, run.state) == ("slow", RunState.QUEUED)


def test_arguments_that_others_broke_are_named() -> None:
    made = make_schedule()
    for broken in ("{", "[]", '"text"'):
        PeriodicTask.objects.filter(pk=made.pk).update(kwargs=broken)
        made.refresh_from_db()
        with pytest.raises(InvalidInputError) as caught:
            schedule_execute(schedule=made)
        assert caught.value.field == "kwargs"
        assert schedule_update(schedule=made, kwargs={"name": "Ann"}).kwargs == '{"name":"Ann"}'


def test_the_runs_of_a_deleted_schedule_stay() -> None:
    made = make_schedule(name="short-lived")
    run = schedule_execute(schedule=made)
    schedule_delete(schedule=made)
    run.refresh_from_db()
    assert (run.schedule, run.schedule_name) == (None, "short-lived")
    assert not SchedulePolicy.objects.exists()
    assert Run.objects.count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_take_one_name(client_with: GrantedClient, at_once: Any) -> None:
    clients = [client_with("sys:task:add") for _number in range(2)]
    body = {"name": "one", "task": NAME, "type": 1, "kwargs": '{"name": "Ann"}'}
    calls = [partial(client.post, "/api/v1/schedulers", body) for client in clients]
    assert at_once(*calls) == [200, 409]
    assert PeriodicTask.objects.filter(name="one").count() == 1


def test_a_plain_creation_needs_a_job_a_name_and_times() -> None:
    made = schedule_create(name="least", task=SILENT, kind=CRONTAB)
    assert (made.args, made.kwargs, made.crontab.minute) == ("[]", "{}", "*")
