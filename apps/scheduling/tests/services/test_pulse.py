import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connections, transaction
from django.utils import timezone

from apps.core.api.renderers import dumps
from apps.core.wire import wire_ids
from apps.scheduling.api.serializers.rows import LineRow
from apps.scheduling.choices import Level, RunState
from apps.scheduling.errors import JobOustedError
from apps.scheduling.models import Lease, Run, RunLine
from apps.scheduling.services import pulse as pulses
from apps.scheduling.services.execution import run_report
from apps.scheduling.services.leases import lease_drop, lease_take
from apps.scheduling.services.pulse import Live, live_flush, pulse
from apps.scheduling.tests.sample import make_run

Told = list[tuple[str, dict[str, Any]]]
real = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    found: Told = []
    monkeypatch.setattr(
        pulses, "broadcast", lambda _group, event, **payload: found.append((event, payload))
    )
    return found


@pytest.fixture
def follow() -> Iterator[Callable[..., Live]]:
    """Return a function that follows a run with the thread."""

    def start(run: Run, **fields: Any) -> Live:
        live = Live(task_id=run.task_id, name=run.name, run_id=run.pk, **fields)
        pulse.add(live)
        return live

    yield start
    pulse.stop()


def _until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def _report(live: Live, percent: float, text: str = "") -> None:
    live.percent, live.text, live.is_told = percent, text, False
    pulse.wake()


def _running(**fields: Any) -> Run:
    return make_run(state=RunState.RUNNING, seen_at=timezone.now(), **fields)


@real
def test_what_a_run_tells_is_written_and_told_and_the_last_of_it_always(
    follow: Callable[..., Live], told: Told
) -> None:
    run = _running()
    live = follow(run)
    for percent in range(101):
        _report(live, percent, f"step {percent}")
    _until(lambda: Run.objects.get(pk=run.pk).percent == 100)
    assert Run.objects.get(pk=run.pk).text == "step 100"
    _until(lambda: told and told[-1][1]["percent"] == 100)
    assert len(told) < 10


@real
def test_a_job_in_a_transaction_is_heard_all_the_same(
    follow: Callable[..., Live], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A sign of life that is just being written would wait for the lock of SQLite, and the news too.
    monkeypatch.setattr(pulses, "_beat", lambda _runs: None)
    live = follow(_running())
    with transaction.atomic():
        _report(live, 40)
        _until(lambda: told)
    assert told[0][1]["percent"] == 40


@real
def test_it_gives_signs_of_life_for_runs_and_leases(
    follow: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulses, "BEAT_SECONDS", 0.1)
    before = timezone.now() - timedelta(seconds=60)
    run = _running()
    Run.objects.update(seen_at=before)
    lease_take(name="x", holder=f"{run.task_id}:0", seconds=1)
    follow(run, lease="x")
    _until(lambda: Run.objects.filter(pk=run.pk, seen_at__gt=before).exists())
    _until(lambda: Lease.objects.get().until_at > timezone.now() + timedelta(seconds=10))


@pytest.mark.django_db
def test_a_run_whose_lease_another_took_has_to_end_and_one_whose_lease_is_free_has_not() -> None:
    ousted = Live(task_id="one", name="x", lease="x", attempt=1)
    spared = Live(task_id="two", name="y", lease="y", attempt=1)
    for live in (ousted, spared):
        lease_take(name=live.lease, holder=live.holder, seconds=-1)
    assert lease_take(name="x", holder="three:1")
    lease_take(name="y", holder="three:1")
    lease_drop(name="y", holder="three:1")
    pulses._beat([ousted, spared])
    assert (ousted.is_ousted, spared.is_ousted) == (True, False)
    pulse.add(ousted)
    assert isinstance(run_report(task_id="one", percent=1, text=""), JobOustedError)
    pulse.remove(ousted)


@real
def test_it_hears_that_a_run_is_to_end_and_stops_one_that_does_not(
    follow: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[Any] = []
    monkeypatch.setattr(
        "celery.app.control.Control.revoke",
        lambda _self, task_id, **options: stopped.append((task_id, options)),
    )
    monkeypatch.setattr(pulses, "HARD_SECONDS", 0.1)
    run = _running()
    live, threaded = follow(run, is_forked=True), follow(_running())
    assert not live.is_cancelled
    Run.objects.update(cancel_asked_at=timezone.now())
    _until(lambda: live.is_cancelled and threaded.is_cancelled)
    _until(lambda: stopped)
    _until(lambda: live.is_killed)
    assert stopped == [(run.task_id, {"terminate": True, "signal": "SIGKILL"})]


@real
def test_lines_are_written_in_their_order_and_told(follow: Callable[..., Live], told: Told) -> None:
    run = _running()
    live = follow(run)
    for number in range(300):
        live.lines.append((timezone.now(), "info", f"line {number}"))
    _until(lambda: run.lines.count() == 300)
    texts = list(run.lines.values_list("text", flat=True))
    assert texts == [f"line {number}" for number in range(300)]
    _until(lambda: told)
    assert told[-1][0] == "run.lines"
    assert told[-1][1]["lines"][-1]["text"] == "line 299"


@pytest.mark.django_db
@pytest.mark.parametrize("tells_keys", [True, False])
def test_lines_are_told_as_the_api_shows_them_and_how_many_are_missing(
    told: Told, monkeypatch: pytest.MonkeyPatch, *, tells_keys: bool
) -> None:
    if not tells_keys:  # as MySQL does not of rows that are written together
        features = type(connections["default"].features)
        monkeypatch.setattr(features, "can_return_rows_from_bulk_insert", False)
    run = _running()
    live = Live(task_id=run.task_id, name=run.name, run_id=run.pk)
    for count, missed in ((3, 0), (250, 150)):
        live.lines.extend((timezone.now(), Level.WARNING, f"line {n}") for n in range(count))
        live_flush(live)
        event, payload = told.pop()
        assert (event, payload["id"], payload["missed"]) == ("run.lines", run.pk, missed)
        assert wire_ids(payload["lines"]) == LineRow.read(run.lines.all())[-count + missed :]
        assert dumps(payload)


@real
def test_the_thread_ends_after_the_last_run_and_begins_with_the_next(
    follow: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulses, "LINGER_SECONDS", 0.0)
    run = _running()
    live = follow(run)
    thread = pulse._thread
    assert thread is not None
    pulse.remove(live)
    thread.join(10)
    assert not thread.is_alive()
    _report(follow(run), 5)
    _until(lambda: Run.objects.get(pk=run.pk).percent == 5)


@real
def test_the_thread_outlives_whatever_fails(
    follow: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[str] = []

    def fail(*_args: Any, **_kwargs: Any) -> None:
        if not failed:
            failed.append("once")
            raise RuntimeError

    monkeypatch.setattr(pulses, "run_tell", fail)
    run = _running()
    _report(follow(run), 70)
    _until(lambda: Run.objects.get(pk=run.pk).percent == 70)
    assert failed == ["once"]


@pytest.mark.django_db
def test_what_the_database_refuses_is_kept_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    run = _running()
    live = Live(task_id=run.task_id, name=run.name, run_id=run.pk, is_told=False, percent=9)
    live.lines.append((timezone.now(), "info", "a line"))

    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise Error

    monkeypatch.setattr(connections, "close_all", lambda: None)
    monkeypatch.setattr(pulses, "close_old_connections", lambda: None)
    with monkeypatch.context() as broken:
        broken.setattr(RunLine.objects, "bulk_create", fail)
        pulses._write([live], is_beat=True, is_line=True)
    assert len(live.lines) == 1
    live_flush(live)
    assert [line.text for line in run.lines.all()] == ["a line"]
    run.refresh_from_db()
    assert run.percent == 9


@pytest.mark.django_db
def test_a_run_that_has_ended_is_not_written_any_more() -> None:
    run = make_run(state=RunState.SUCCEEDED, percent=100)
    live_flush(Live(task_id=run.task_id, name=run.name, run_id=run.pk, is_told=False, percent=9))
    run.refresh_from_db()
    assert run.percent == 100


def test_a_quiet_job_keeps_its_lines_until_it_is_known_whether_it_fails() -> None:
    live = Live(task_id="q", name="quiet")
    live.lines.append((timezone.now(), "info", "a line"))
    live_flush(live)
    assert len(live.lines) == 1
