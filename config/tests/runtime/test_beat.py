import time
from typing import Any

import pytest
from celery import Celery
from django_celery_beat.models import PeriodicTasks

from config.runtime.beat import EmbeddedBeat, PromptService, service
from config.runtime.scheduler import LeasedScheduler


class Scheduler:
    """Counts its turns, and asks for a long pause."""

    max_interval = 300

    def __init__(self) -> None:
        self.turns = 0
        self.is_closed = False
        self.fails = False

    def tick(self) -> float:
        self.turns += 1
        if self.fails:
            raise ZeroDivisionError
        return 300.0

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    made = Scheduler()
    monkeypatch.setattr(PromptService, "scheduler", made)
    return made


@pytest.fixture
def beat(scheduler: Scheduler, deaths: list[str]) -> EmbeddedBeat:
    app = Celery("beat-test", set_as_current=False, fixups=[])
    return EmbeddedBeat(app, on_death=lambda: deaths.append("died"))


@pytest.fixture
def deaths() -> list[str]:
    return []


def test_a_pause_of_minutes_ends_at_once(
    beat: EmbeddedBeat, scheduler: Scheduler, deaths: list[str]
) -> None:
    beat.start()
    while not scheduler.turns:
        time.sleep(0.01)
    started = time.monotonic()
    beat.ask_to_stop()
    assert beat.join(5)
    assert time.monotonic() - started < 1
    assert scheduler.turns == 1
    assert scheduler.is_closed
    assert deaths == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_that_breaks_is_reported(
    beat: EmbeddedBeat, scheduler: Scheduler, deaths: list[str]
) -> None:
    scheduler.fails = True
    beat.start()
    assert beat.join(5)
    assert deaths == ["died"]


def test_stopping_may_wait_for_the_end(scheduler: Scheduler) -> None:
    keeper = PromptService(Celery("beat-test", set_as_current=False, fixups=[]))
    keeper.stop()
    keeper.start()
    keeper.stop(wait=True)
    assert scheduler.turns == 0


@pytest.mark.django_db
def test_a_change_of_a_schedule_wakes_the_scheduler(
    beat: EmbeddedBeat, scheduler: Scheduler
) -> None:
    beat.start()
    while not scheduler.turns:
        time.sleep(0.01)
    PeriodicTasks.update_changed()
    until = time.monotonic() + 5
    while scheduler.turns == 1 and time.monotonic() < until:
        time.sleep(0.01)
    beat.ask_to_stop()
    assert beat.join(5)
    assert scheduler.turns == 2
    PeriodicTasks.update_changed()  # nobody listens any more


def test_the_scheduler_is_ours_and_looks_as_often_as_the_settings_say(settings: Any) -> None:
    app = Celery("beat-test", set_as_current=False)
    app.config_from_object(settings, namespace="CELERY")
    keeper = service(app)
    assert isinstance(keeper.scheduler, LeasedScheduler)
    assert keeper.max_interval == settings.CELERY_BEAT_MAX_LOOP_INTERVAL


def test_a_scheduler_that_is_stopped_before_it_starts_has_nothing_to_wait_for(
    beat: EmbeddedBeat,
) -> None:
    beat.ask_to_stop()
    assert beat.join(1)
