import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from config.env import Env
from config.management.commands import beat


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_the_scheduler_runs_until_a_signal_stops_it(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    class Keeper:
        def start(self) -> None:
            events.append("start")
            signal.raise_signal(signal.SIGTERM)

        def stop(self) -> None:
            events.append("stop")

    settings.ATRIUM = Env(celery_broker_url="amqp://x")
    monkeypatch.setattr(beat, "service", lambda _app: Keeper())
    call_command("beat")
    assert events == ["start", "stop"]
