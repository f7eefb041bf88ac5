import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from django.core import checks
from django.db import OperationalError

from config.runtime import embedded
from config.runtime.embedded import Background, prepare, show

Events = list[str]


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    """Put a worker and a scheduler in place that only note what happens to them."""
    noted: Events = []

    def part(name: str) -> type:
        class Part:
            def __init__(self, _app: Any, **_options: Any) -> None:
                noted.append(f"{name} made")

            def start(self) -> None:
                noted.append(f"{name} started")

            def ask_to_stop(self) -> None:
                noted.append(f"{name} asked")

            def join(self, seconds: float) -> None:
                noted.append(f"{name} joined in time" if seconds > 0 else f"{name} joined late")

        return Part

    def recover(*, send: Any) -> int:
        noted.append(f"recovered by {send.__name__}")
        return 0

    monkeypatch.setattr(embedded, "EmbeddedWorker", part("worker"))
    monkeypatch.setattr(embedded, "EmbeddedBeat", part("beat"))
    monkeypatch.setattr(embedded, "jobs_recover", recover)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    monkeypatch.setattr(embedded, "jobs_spare", lambda *, task_ids: None)  # noqa: ARG005 - its name
    return noted


def test_unfinished_jobs_come_before_the_worker(events: Events, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "embedded://localhost//"
    Background().start()
    assert events == [
        "recovered by publish",
        "worker made",
        "beat made",
        "worker started",
        "beat started",
    ]


def test_a_broker_outside_keeps_its_jobs_itself(events: Events, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1/5"
    Background().start()
    assert events[0] == "worker made"


def test_everything_is_asked_to_stop_before_anything_is_waited_for(events: Events) -> None:
    background = Background()
    background.start()
    events.clear()
    background.ask_to_stop()
    background.join(1)
    background.join(0)
    assert events == [
        "beat asked",
        "worker asked",
        "beat joined in time",
        "worker joined in time",
        "beat joined late",
        "worker joined late",
    ]


def test_what_was_told_to_stop_is_not_started_any_more(events: Events) -> None:
    background = Background()
    background.ask_to_stop()
    background.start()
    assert events == []


def test_what_a_stop_leaves_running_is_noted_once(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = [SimpleNamespace(id="one")]
    monkeypatch.setattr(state, "active_requests", running)
    spared: list[list[str]] = []
    monkeypatch.setattr(embedded, "jobs_spare", lambda *, task_ids: spared.append(task_ids))
    background = Background()
    background.start()
    background.join(1)
    background.leave()
    assert spared == [["one"]]


def test_a_database_that_is_gone_does_not_hold_up_the_stop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        msg = "locked"
        raise OperationalError(msg)

    monkeypatch.setattr(embedded, "jobs_spare", fail)
    Background().leave()
    assert "could not be noted: locked" in caplog.text


@pytest.fixture
def ready_to_serve(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    monkeypatch.setenv("CELERY_SKIP_CHECKS", "")
    monkeypatch.setattr(embedded, "_migrate", lambda: None)
    monkeypatch.setattr(embedded, "seed_all", lambda *, demo: [f"demo {demo}"])
    monkeypatch.setattr(checks, "run_checks", list)


@pytest.mark.usefixtures("ready_to_serve")
def test_preparing_returns_what_must_be_told(settings: Any) -> None:
    assert prepare() == [f"demo {settings.ATRIUM.demo}"]
    assert Path(settings.STATIC_ROOT).is_dir()
    assert os.environ["CELERY_SKIP_CHECKS"] == "1"


@pytest.mark.usefixtures("ready_to_serve")
def test_a_serious_finding_of_the_checks_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = [checks.Warning("only a warning"), checks.Error("a fault", id="x.E001")]
    monkeypatch.setattr(checks, "run_checks", lambda: findings)
    with pytest.raises(SystemExit, match="a fault") as refusal:
        prepare()
    assert "only a warning" not in str(refusal.value)


@pytest.mark.usefixtures("ready_to_serve")
def test_a_database_out_of_reach_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        msg = "connection refused\n"
        raise OperationalError(msg)

    monkeypatch.setattr(embedded, "_migrate", fail)
    with pytest.raises(SystemExit, match="connection refused") as refusal:
        prepare()
    assert "\n" not in str(refusal.value)


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[str] = []
    monkeypatch.setattr(embedded, "call_command", lambda name, **_options: called.append(name))
    embedded._migrate()
    assert called == []
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: ["one"]
    )
    embedded._migrate()
    assert called == ["migrate"]
    assert "(1 migrations)" in capsys.readouterr().out


def test_what_must_be_told_stands_out(capsys: pytest.CaptureFixture[str]) -> None:
    show([])
    assert capsys.readouterr().out == ""
    show(["Sign in as admin"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "  Sign in as admin"
    assert lines[1] == lines[3] == embedded.RULE


def test_the_supervisor_lets_us_begin_and_its_end_is_ours(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()
    monkeypatch.setattr(embedded, "stop_this_process", stopped.set)
    theirs, ours = os.pipe()
    thread = threading.Thread(target=embedded._obey, args=(theirs, Background()))
    thread.start()
    os.write(ours, b"1")
    thread.join(0.2)
    assert thread.is_alive()
    assert "worker started" in events
    os.close(ours)
    assert stopped.wait(5)
    thread.join(5)
    os.close(theirs)


def test_a_supervisor_that_ends_first_takes_us_along(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()
    monkeypatch.setattr(embedded, "stop_this_process", stopped.set)
    theirs, ours = os.pipe()
    os.close(ours)
    embedded._obey(theirs, Background())
    os.close(theirs)
    assert stopped.is_set()
    assert events == []


def test_a_process_whose_worker_cannot_start_ends_as_failed(
    events: Events,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
) -> None:
    settings.CELERY_BROKER_URL = "embedded://localhost//"

    def fail(*, send: Any) -> int:
        raise ValueError(send)

    stopped = threading.Event()
    monkeypatch.setattr(embedded, "stop_this_process", stopped.set)
    monkeypatch.setattr(embedded, "jobs_recover", fail)
    theirs, ours = os.pipe()
    os.write(ours, b"1")
    background = Background()
    embedded._obey(theirs, background)
    os.close(ours)
    os.close(theirs)
    assert stopped.is_set()
    assert background.has_failed
    assert events == []
    assert "cannot be started" in caplog.text


def test_leaving_late_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)
    monkeypatch.setattr("logging.shutdown", lambda: None)
    left: list[str] = []
    background: Any = SimpleNamespace(leave=lambda: left.append("noted"), has_failed=False)
    embedded._leave_late(background)
    assert left == ["noted"]
    assert codes == [0]
    assert "leaving what runs" in caplog.text
