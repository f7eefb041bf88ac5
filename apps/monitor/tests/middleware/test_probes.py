import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from apps.monitor.middleware import probes
from apps.monitor.services.health import Health


@pytest.fixture(autouse=True)
def _no_answers_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "health", Health({"database": _well, "cache": _well}))


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "health", Health({"database": _well, "cache": _ill}))


@pytest.fixture
def _hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    gate = threading.Event()
    monkeypatch.setattr("apps.monitor.services.health.TRY_SECONDS", 0.2)
    monkeypatch.setattr(probes, "health", Health({"broker": lambda: _hang(gate)}))
    yield
    gate.set()


def _well() -> None:
    pass


def _ill() -> None:
    msg = "redis://:hunter2@10.0.0.7:6379 refused"
    raise OSError(msg)


def _hang(gate: threading.Event) -> None:
    gate.wait(10)


def test_being_alive_needs_no_database_even_with_a_session_cookie() -> None:
    # No django_db mark: any statement would fail the test.
    client = Client()
    client.cookies["atrium_console"] = "x" * 32
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()["data"]) == (200, {"status": "ok"})
    assert answer["X-Request-ID"]
    assert answer["Cache-Control"] == "no-store"


def test_ready_names_each_part_with_its_state_and_duration() -> None:
    answer = Client().get("/health/ready")
    assert answer.status_code == 200
    parts = answer.json()["data"]["parts"]
    assert set(parts) == {"database", "cache"}
    assert all(part["state"] == "ok" and part["milliseconds"] >= 0 for part in parts.values())


@pytest.mark.usefixtures("_broken")
def test_a_lost_part_is_named_and_nothing_else_is_told() -> None:
    answer = Client().get("/health/ready", headers={"Accept-Language": "en-US"})
    body = answer.json()
    assert (answer.status_code, body["code"], body["reason"]) == (503, 503, "core.not_ready")
    assert body["msg"] == "Not available: cache."
    assert body["data"]["parts"]["cache"]["state"] == "failed"
    assert body["trace_id"] == answer["X-Request-ID"]
    assert answer["Retry-After"] == "1"
    for secret in (b"hunter2", b"10.0.0.7", b"6379"):
        assert secret not in answer.content


@pytest.mark.usefixtures("_hung")
def test_a_part_that_hangs_does_not_hold_the_answer() -> None:
    started = time.monotonic()
    answer = Client().get("/health/ready")
    assert time.monotonic() - started < 2
    assert answer.json()["data"]["parts"]["broker"]["state"] == "timeout"


def test_a_server_that_was_told_to_stop_is_not_ready_but_alive() -> None:
    vars(probes)["health"].is_draining = True
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, "core.draining")
    assert Client().get("/health/live").status_code == 200


def test_neither_host_nor_https_nor_lists_of_addresses_stand_in_the_way(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["admin.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.ATRIUM = replace(settings.ATRIUM, ip_allow=("10.0.0.0/8",))
    for path in ("/health/live", "/health/ready"):
        assert Client().get(path, headers={"Host": "10.1.2.3"}).status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_the_probes_are_only_read(path: str) -> None:
    assert Client().post(path).status_code == 405
    answer = Client().head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_without_a_token_there_are_no_metrics() -> None:
    assert Client().get("/metrics").status_code == 404
    assert Client(HTTP_AUTHORIZATION="Bearer ").get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer sesam", "Bearer sesame ", "sesame", "é"])
def test_metrics_need_the_token(settings: Any, given: str) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    answer = Client(HTTP_AUTHORIZATION=given).get("/metrics")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"atrium_" not in answer.content


def test_the_token_opens_the_metrics(settings: Any) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    answer = Client(HTTP_AUTHORIZATION="Bearer sesame").get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert b"atrium_http_requests_in_flight 1.0" in answer.content
    assert b"process_resident_memory_bytes" in answer.content
