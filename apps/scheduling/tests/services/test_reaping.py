from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from apps.scheduling.choices import RunState, Trigger
from apps.scheduling.models import OutboxJob, Run
from apps.scheduling.services import reaping
from apps.scheduling.services.pulse import Live, pulse
from apps.scheduling.services.reaping import (
    runs_recover,
    runs_spare,
    silent_reap,
    vanished_reap,
)
from apps.scheduling.tests.sample import again, echo, make_run, make_schedule

pytestmark = pytest.mark.django_db


def _ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def _state(run: Run) -> str:
    run.refresh_from_db()
    return run.state


def _silent(function: Any, **fields: Any) -> Run:
    return make_run(function, state=RunState.RUNNING, attempt=1, seen_at=_ago(31), **fields)


@pytest.fixture
def scaled(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "amqp://nowhere"


class FakeBroker:
    """Stands for the broker and the workers: how deep queues are, and what is held."""

    def __init__(self) -> None:
        self.depths: dict[str, int] = {}
        self.held: dict[str, Any] | None = {"one@here": {}}

    channel_errors = (ChannelError,)

    def channel(self) -> Any:
        return self

    def queue_declare(self, *, queue: str, passive: bool) -> Any:
        assert passive
        if queue not in self.depths:
            raise ChannelError
        return SimpleNamespace(message_count=self.depths[queue])

    def query_task(self, *_ids: str) -> Any:
        return self.held


@pytest.fixture
def broker(scaled: None, monkeypatch: pytest.MonkeyPatch) -> FakeBroker:
    made = FakeBroker()
    app = SimpleNamespace(
        connection_for_read=lambda: nullcontext(made),
        control=SimpleNamespace(inspect=lambda **_options: made),
        conf=SimpleNamespace(broker_transport_options={}),
    )
    monkeypatch.setattr(reaping, "current_app", app)
    return made


@pytest.mark.usefixtures("scaled")
def test_a_silent_run_that_must_not_be_repeated_is_lost() -> None:
    run, fresh = _silent(echo), make_run(state=RunState.RUNNING, seen_at=_ago(20))
    assert silent_reap() == 1
    assert (_state(run), _state(fresh)) == ("lost", "running")


@pytest.mark.usefixtures("scaled")
def test_a_silent_run_that_may_be_repeated_waits_for_its_message() -> None:
    run = _silent(again)
    assert silent_reap() == 0
    assert _state(run) == RunState.QUEUED


@pytest.mark.usefixtures("scaled")
def test_a_silent_run_that_was_to_end_has_ended() -> None:
    run = _silent(again, cancel_asked_at=_ago(40))
    assert silent_reap() == 1
    assert _state(run) == RunState.CANCELLED


def test_a_run_of_this_process_is_alive_even_if_it_could_not_say_so() -> None:
    run = _silent(echo)
    live = Live(task_id=run.task_id, name=run.name, is_direct=True)
    pulse.add(live)
    assert silent_reap() == 0
    pulse.remove(live)
    assert _state(run) == RunState.RUNNING


def test_in_one_process_a_silent_run_that_is_not_at_hand_is_lost(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "embedded://localhost//"
    run = _silent(again)
    assert silent_reap() == 1
    assert _state(run) == RunState.LOST


def test_a_message_that_is_nowhere_is_missed_after_a_while(broker: FakeBroker) -> None:
    gone = make_run(queued_at=_ago(700))
    fresh = make_run(queued_at=_ago(500))
    assert vanished_reap() == 1
    assert (_state(gone), _state(fresh)) == ("lost", "queued")


def test_a_queue_in_which_something_waits_may_hold_it(broker: FakeBroker) -> None:
    run = make_run(queued_at=_ago(700), queue="slow")
    broker.depths = {"slow": 1}
    assert vanished_reap() == 0
    broker.depths = {"slow": 0}
    assert vanished_reap() == 1
    assert _state(run) == RunState.LOST


def test_a_message_that_a_worker_holds_is_not_gone(broker: FakeBroker) -> None:
    run = make_run(queued_at=_ago(700))
    broker.held = {"one@here": {run.task_id: ["reserved", {}]}, "two@here": None}
    assert vanished_reap() == 0


def test_where_no_worker_answers_nothing_is_known(broker: FakeBroker) -> None:
    make_run(queued_at=_ago(700))
    broker.held = None
    assert vanished_reap() == 0


def test_where_the_broker_does_not_answer_nothing_is_known(
    broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_kwargs: Any) -> None:
        raise OperationalError

    make_run(queued_at=_ago(700))
    monkeypatch.setattr(broker, "queue_declare", fail)
    assert vanished_reap() == 0


def test_redis_is_given_the_time_after_which_it_gives_a_message_back(
    broker: FakeBroker, settings: Any
) -> None:
    settings.CELERY_BROKER_URL = "redis://nowhere"
    run = make_run(queued_at=_ago(3000))
    assert vanished_reap() == 0
    Run.objects.update(queued_at=_ago(4300))
    assert vanished_reap() == 1
    assert _state(run) == RunState.LOST


def test_a_run_that_is_to_be_tried_again_is_given_its_time(broker: FakeBroker) -> None:
    run = make_run(state=RunState.RETRYING, queued_at=_ago(9000), seen_at=_ago(3600))
    assert vanished_reap() == 0
    Run.objects.update(seen_at=_ago(6000))
    assert vanished_reap() == 1
    assert _state(run) == RunState.LOST


def test_in_one_process_no_message_vanishes() -> None:
    make_run(queued_at=_ago(9000))
    assert vanished_reap() == 0


@pytest.fixture
def left() -> Callable[..., Run]:
    """Return a function that saves a run that an earlier process left, its message kept or not."""

    def make(function: Any, *, is_kept: bool, **fields: Any) -> Run:
        run = make_run(function, **fields)
        if is_kept:
            OutboxJob.objects.create(
                task_id=run.task_id, name=run.name, payload="{}", boot="earlier"
            )
        return run

    return make


@pytest.mark.parametrize(
    ("function", "state", "trigger", "is_kept", "end"),
    [
        (echo, "queued", Trigger.PERSON, True, "queued"),
        (echo, "retrying", Trigger.SCHEDULE, True, "retrying"),
        (again, "running", Trigger.SCHEDULE, True, "queued"),
        (echo, "running", Trigger.PERSON, True, "lost"),
        (again, "running", Trigger.PERSON, False, "lost"),
        (echo, "queued", Trigger.PERSON, False, "lost"),
        (echo, "queued", Trigger.SCHEDULE, True, "missed"),
    ],
)
def test_at_the_start_of_the_one_process_rows_and_messages_agree(
    left: Callable[..., Run], *, function: Any, state: str, trigger: str, is_kept: bool, end: str
) -> None:
    run = left(function, is_kept=is_kept, state=state, trigger=trigger)
    is_over = end in {"lost", "missed"}
    assert runs_recover() == int(is_over)
    assert _state(run) == end
    assert OutboxJob.objects.exists() is not is_over


@pytest.mark.parametrize(
    ("missed", "trigger", "attempt", "end"),
    [
        ("drop", Trigger.SCHEDULE, 0, "missed"),
        ("drop", Trigger.SCHEDULE, 1, "queued"),  # it had begun, and was put back
        ("once", Trigger.SCHEDULE, 0, "queued"),
        ("all", Trigger.CATCH_UP, 0, "queued"),
    ],
)
def test_what_waits_for_a_schedule_is_dropped_at_the_start_only_if_its_policy_says_so(
    left: Callable[..., Run], *, missed: str, trigger: str, attempt: int, end: str
) -> None:
    schedule = make_schedule(again, missed=missed)
    run = left(again, is_kept=True, schedule=schedule, trigger=trigger, attempt=attempt)
    runs_recover()
    assert _state(run) == end
    assert OutboxJob.objects.exists() is (end == "queued")


def test_what_was_to_end_ends_with_the_process(left: Callable[..., Run]) -> None:
    run = left(again, is_kept=True, state=RunState.RUNNING, cancel_asked_at=_ago(1))
    runs_recover()
    assert _state(run) == RunState.CANCELLED
    assert not OutboxJob.objects.exists()


@pytest.mark.usefixtures("scaled")
def test_what_a_worker_gives_back_at_its_end_has_not_killed_it() -> None:
    mine, other = (
        make_run(again, worker=f"{name}@here", attempt=2, state=RunState.RUNNING)
        for name in ("one", "two")
    )
    waiting = make_run(again, worker="one@here", attempt=2, state=RunState.RETRYING)
    first = _silent(again, worker="one@here")
    assert runs_spare(worker="one@here") == 1
    for run in (mine, other, waiting, first):
        run.refresh_from_db()
    assert (mine.attempt, other.attempt, waiting.attempt, first.attempt) == (1, 2, 2, 1)
    assert mine.state == RunState.RUNNING  # whoever gets its message looks how long it is silent


def test_the_one_process_counts_in_its_outbox() -> None:
    run = _silent(again, worker="embedded@here")
    assert runs_spare(worker="embedded@here") == 0
    assert _state(run) == "running"
