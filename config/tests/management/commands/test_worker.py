import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.celery import app
from config.env import Env
from config.management.commands.worker import MAX_CONCURRENCY, default_concurrency


@pytest.fixture
def started(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    found: list[list[str]] = []
    settings.ATRIUM = Env(celery_broker_url="amqp://x")
    monkeypatch.setenv("REMAP_SIGTERM", "SIGQUIT")  # so that it is taken back afterwards
    monkeypatch.setattr(app, "worker_main", found.append)
    return found


def test_celery_is_started_for_every_queue_and_within_bounds(started: list[list[str]]) -> None:
    call_command("worker")
    (arguments,) = started
    assert arguments[:2] == ["worker", "--loglevel=INFO"]
    assert "--pool=prefork" in arguments
    assert f"--concurrency={default_concurrency()}" in arguments
    assert "--queues=quick,slow,scheduled" in arguments
    assert "--hostname=quick-slow-scheduled@%h" in arguments


def test_celery_is_started_as_asked(started: list[list[str]]) -> None:
    call_command(
        "worker", "--pool", "threads", "--concurrency", "3", "--queues", "slow", "--name", "one"
    )
    assert {
        "--pool=threads",
        "--concurrency=3",
        "--queues=slow",
        "--hostname=one@%h",
    } <= set(started[0])


def test_a_queue_that_is_not_there_is_refused(started: list[list[str]]) -> None:
    with pytest.raises(CommandError, match="there is no queue attic; there are quick, slow"):
        call_command("worker", "--queues", "quick, attic")
    assert started == []


def test_it_is_told_to_end_in_a_way_that_gives_back_what_runs(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REMAP_SIGTERM")
    call_command("worker")
    assert os.environ["REMAP_SIGTERM"] == "SIGQUIT"


def test_what_reads_that_as_it_loads_is_not_loaded_before() -> None:
    code = "import django, sys; django.setup(); sys.exit('billiard.common' in sys.modules)"
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    subprocess.run([sys.executable, "-c", code], check=True, env=told, timeout=60)  # noqa: S603


def test_many_processors_do_not_mean_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert default_concurrency() == MAX_CONCURRENCY
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_concurrency() == 1
