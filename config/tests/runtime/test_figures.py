import os
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from apps.monitor.services.metrics import SHARED_DIR, metrics
from config.runtime.figures import served_metrics


@pytest.fixture(autouse=True)
def _kept_here() -> None:
    """Figures made while a folder is named write to it for as long as the process lives."""
    metrics()


def _ask(port: int, path: str, token: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, b""


def test_a_worker_answers_its_metrics_to_whoever_has_the_token(
    settings: Any, unused_tcp_port: int
) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    with served_metrics(unused_tcp_port, "127.0.0.1") as port:
        assert os.environ[SHARED_DIR]
        assert _ask(port, "/metrics")[0] == 401
        assert _ask(port, "/metrics", "wrong")[0] == 401
        assert _ask(port, "/elsewhere", "sesame")[0] == 404
        assert _ask(port, "/metrics", "sesame")[0] == 200
    assert SHARED_DIR not in os.environ


def test_no_port_means_no_server() -> None:
    with served_metrics(0) as port:
        assert port == 0
        assert SHARED_DIR not in os.environ


@pytest.fixture
def unused_tcp_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
