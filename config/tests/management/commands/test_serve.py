import os
from typing import Any

import pytest
from django.core.management import call_command

from apps.monitor.services.metrics import SHARED_DIR
from config.env import Env
from config.management.commands import serve
from config.runtime.supervisor import listen


@pytest.fixture(autouse=True)
def _scaled(settings: Any) -> None:
    settings.ATRIUM = Env(redis_url="redis://x", celery_broker_url="amqp://x")


def test_one_process_serves_from_the_socket_that_we_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[Any] = []

    class Server:
        def __init__(self, application: str, **_hooks: Any) -> None:
            served.append(application)

        def run(self, sockets: list[Any]) -> None:
            served.append(sockets[0].getsockname()[0])
            sockets[0].close()

    monkeypatch.setattr(serve, "Server", Server)
    call_command("serve", "--port", "0")
    assert served == ["config.asgi:application", "127.0.0.1"]


def test_several_processes_get_time_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def serve_many(_application: str, listener: Any, **options: Any) -> None:
        asked.update(options, folder=os.environ[SHARED_DIR])
        listener.close()

    monkeypatch.setattr(serve, "serve_many", serve_many)
    with pytest.raises(SystemExit) as ended:
        call_command("serve", "--port", "0", "--workers", "3")
    assert ended.value.code == 0
    assert asked["workers"] == 3
    assert asked["start_seconds"] == 60
    assert asked["folder"]
    assert SHARED_DIR not in os.environ


def test_a_taken_port_is_one_line() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit, match="is taken"):
        call_command("serve", "--port", str(taken.getsockname()[1]), "--workers", "3")
