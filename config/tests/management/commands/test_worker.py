from typing import Any

import pytest
from django.core.management import call_command

from config.celery import app
from config.env import Env


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ([], ["worker", "--loglevel=INFO", "--pool=prefork"]),
        (
            ["--pool", "threads", "--concurrency", "3"],
            ["worker", "--loglevel=INFO", "--pool=threads", "--concurrency=3"],
        ),
    ],
)
def test_celery_is_started_as_asked(
    options: list[str], arguments: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    settings.ATRIUM = Env(celery_broker_url="amqp://x")
    monkeypatch.setattr(app, "worker_main", started.append)
    call_command("worker", *options)
    assert started == [arguments]
