from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from django.db import OperationalError
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from kombu.exceptions import OperationalError as BrokerError

from apps.core.jobs import Job
from apps.scheduling.choices import Missed
from apps.scheduling.constants import DUE_HEADER
from apps.scheduling.models import Lease, SchedulePolicy
from apps.scheduling.selectors.plans import times_ahead, times_of
from apps.scheduling.services.firings import BrokenScheduleError
from apps.scheduling.services.halts import schedules_halt, schedules_resume
from config.env import Env
from config.runtime import scheduler as module
from config.runtime.scheduler import LEASE_SECONDS, LeasedScheduler, holder_name

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.moment = timezone.now()

    def now(self) -> datetime:
        return self.moment

    def forth(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made.now)
    monkeypatch.setattr(module, "close_old_connections", lambda: None)  # the test's is in use
    return made


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, datetime]]:
    """Return the names of what was fired, and since when it was kept."""
    found: list[tuple[str, datetime]] = []

    def fire(*, schedule: PeriodicTask, now: datetime, kept_since: datetime, **_rest: Any) -> int:
        if schedule.description == "broken":
            msg = "no times"
            raise BrokenScheduleError(msg)
        if schedule.description == "refused":
            raise BrokerError
        if schedule.description == "faulty":
            raise ZeroDivisionError
        PeriodicTask.objects.filter(pk=schedule.pk).update(last_run_at=now)
        found.append((schedule.name, kept_since))
        return 1

    monkeypatch.setattr(module, "schedule_fire", fire)
    monkeypatch.setattr(module, "declared_schedules", dict)
    return found


@pytest.fixture
def make(clock: Clock) -> Callable[..., PeriodicTask]:
    def made(name: str = "tidy", seconds: int = 60, **columns: Any) -> PeriodicTask:
        every = IntervalSchedule.objects.create(every=seconds, period="seconds")
        return PeriodicTask.objects.create(name=name, task="t", interval=every, **columns)

    return made


def _scheduler(holder: str = "one") -> LeasedScheduler:
    made = LeasedScheduler(Celery("scheduler-test", set_as_current=False), max_interval=2)
    made.holder = holder
    return made


def test_one_of_two_acts(clock: Clock, fired: Any, make: Any) -> None:
    make(seconds=60)
    one, two = _scheduler("one"), _scheduler("two")
    for scheduler in (one, two):
        scheduler.tick()
    clock.forth(61)
    for scheduler in (one, two):
        scheduler.tick()
    assert len(fired) == 1


def test_the_twin_takes_over_when_the_lease_ends(clock: Clock, fired: Any, make: Any) -> None:
    make(seconds=10)
    one, two = _scheduler("one"), _scheduler("two")
    one.tick()
    for _ in range(LEASE_SECONDS - 1):
        clock.forth(1)
        two.tick()
    assert fired == []
    clock.forth(2)
    two.tick()
    assert two.is_held
    clock.forth(10)
    two.tick()
    assert {kept_since for _name, kept_since in fired} == {clock.now() - 10 * SECOND}


def test_the_twin_takes_over_at_once_after_a_clean_stop(clock: Clock, fired: Any) -> None:
    one, two = _scheduler("one"), _scheduler("two")
    one.tick()
    two.tick()
    one.close()
    assert not Lease.objects.exists()
    two.tick()
    assert two.is_held


def test_the_lease_lasts_while_it_is_used(clock: Clock, fired: Any) -> None:
    one, two = _scheduler("one"), _scheduler("two")
    for _ in range(30):
        one.tick()
        two.tick()
        clock.forth(2)
    assert one.is_held
    assert not two.is_held


def test_one_that_slept_finds_that_another_keeps_the_schedules(
    clock: Clock, fired: Any, make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make(seconds=20)
    one, two = _scheduler("one"), _scheduler("two")
    one.tick()
    clock.forth(60)
    two.tick()
    assert len(fired) == 1
    one.tick()
    assert len(fired) == 1
    assert "another than one keeps the schedules now" in caplog.text


def test_after_a_pause_the_schedules_are_kept_anew(clock: Clock, fired: Any, make: Any) -> None:
    make(seconds=5)
    one = _scheduler()
    one.tick()
    began = clock.now()
    clock.forth(6)
    one.tick()
    clock.forth(LEASE_SECONDS + 1)
    one.tick()
    assert [kept_since for _name, kept_since in fired] == [began, clock.now()]


def test_a_change_is_seen_at_the_next_turn(clock: Clock, fired: Any, make: Any) -> None:
    one = _scheduler()
    assert one.tick() == 2
    row = make(seconds=60)
    clock.forth(2)
    one.tick()
    clock.forth(1)
    row.enabled = False
    row.save()
    clock.forth(60)
    one.tick()
    assert fired == []
    clock.forth(1)
    row.enabled = True
    row.save()
    one.tick()
    clock.forth(61)
    one.tick()
    assert len(fired) == 1


@pytest.mark.parametrize("missed", Missed.values)
@pytest.mark.parametrize("start", [None, timedelta(minutes=-64)])
def test_it_keeps_the_moments_that_were_shown_while_nobody_kept_any(
    clock: Clock, make: Any, missed: str, start: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dues: list[str] = []

    def send(_self: Job, *, headers: dict[str, str], **_options: Any) -> None:
        dues.append(headers[DUE_HEADER])

    monkeypatch.setattr(Job, "apply_async", send)
    monkeypatch.setattr(module, "declared_schedules", dict)
    columns = {"start_time": clock.now() + start} if start else {}
    row = make(seconds=600, **columns)
    PeriodicTask.objects.update(task="apps.accounts.tasks.prune_sessions")
    SchedulePolicy.objects.create(schedule=row, missed=missed)
    clock.forth(35 * 60)
    [shown] = times_ahead(times_of(PeriodicTask.objects.get()))
    one = _scheduler()
    one.tick()
    assert len(dues) == {"drop": 0, "once": 1, "all": 3}[missed]
    dues.clear()
    while clock.now() < shown:
        clock.forth(1)
        one.tick()
    assert dues == [shown.isoformat()]


def test_it_sleeps_until_the_next_moment(clock: Clock, fired: Any, make: Any) -> None:
    make(seconds=1)
    assert _scheduler().tick() == pytest.approx(1)


def test_what_code_declares_is_declared_by_who_has_the_lease(
    clock: Clock, fired: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = {"sweep": {"task": "x.sweep", "schedule": timedelta(hours=1)}}
    monkeypatch.setattr(module, "declared_schedules", lambda: {"x": sweep})
    _scheduler().tick()
    assert SchedulePolicy.objects.get().declared_by == "x"


def test_neither_a_broken_row_nor_a_fault_stops_the_others(
    clock: Clock, fired: Any, make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("broken", "refused", "faulty"):
        make(name=name, seconds=10, description=name)
    make(name="sound", seconds=10)
    lost = make(name="timeless", seconds=10)
    PeriodicTask.objects.filter(pk=lost.pk).update(interval=None)
    one = _scheduler()
    one.tick()
    clock.forth(11)
    one.tick()
    assert [name for name, _since in fired] == ["sound"]
    off = PeriodicTask.objects.filter(enabled=False).order_by("name")
    assert [row.name for row in off] == ["broken", "timeless"]
    assert "the broker does not take refused" in caplog.text
    assert "the schedule faulty cannot be kept" in caplog.text


def test_a_schedule_is_switched_off_at_its_end(clock: Clock, fired: Any, make: Any) -> None:
    row = make(seconds=60, expires=clock.now() + 30 * SECOND)
    one = _scheduler()
    one.tick()
    clock.forth(31)
    one.tick()
    row.refresh_from_db()
    assert not row.enabled


def test_one_that_is_gone_is_no_trouble(clock: Clock, fired: Any, make: Any) -> None:
    row = make(seconds=5)
    one = _scheduler()
    one.tick()
    PeriodicTask.objects.filter(pk=row.pk).update(enabled=False)  # without a sign of it
    clock.forth(6)
    one.tick()
    assert fired == []


def test_a_database_that_is_away_is_waited_for(
    clock: Clock, fired: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_values: Any) -> bool:
        raise OperationalError

    make(seconds=5)
    one = _scheduler()
    one.tick()
    clock.forth(6)
    with monkeypatch.context() as patch:
        patch.setattr(module, "lease_take", fail)
        patch.setattr(module, "lease_drop", fail)
        assert one.tick() == 2
        assert fired == []
    one.tick()
    assert len(fired) == 1
    with monkeypatch.context() as patch:
        patch.setattr(module, "lease_drop", fail)
        one.close()  # the lease ends by itself


def test_the_one_process_has_its_name_again_and_others_never(settings: Any) -> None:
    settings.ATRIUM = Env()
    assert holder_name() == holder_name()
    settings.ATRIUM = Env(celery_broker_url="amqp://x")
    assert holder_name() != holder_name()


def test_nothing_is_sent_while_all_are_paused_and_what_was_due_was_missed(
    clock: Clock, fired: Any, make: Any
) -> None:
    make()
    one = _scheduler()
    one.tick()
    schedules_halt()
    for _minute in range(3):
        clock.forth(61)
        one.tick()
    one.close()
    one = _scheduler()  # a restart changes nothing
    one.tick()
    assert fired == []
    clock.forth(10)
    schedules_resume()
    resumed = clock.now()
    one.tick()
    assert fired == [("tidy", resumed)]  # kept from then on: the policy takes the rest for missed
