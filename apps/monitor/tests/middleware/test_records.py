import logging
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, RequestFactory

from apps.core.testing.fixtures import GrantedClient
from apps.monitor.middleware.records import route_of
from apps.monitor.services.metrics import metrics_text

pytestmark = pytest.mark.django_db


def _line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    lines = [record for record in caplog.records if record.name == "atrium.access"]
    assert len(lines) == 1
    return lines[0].fields  # type: ignore[attr-defined,no-any-return] # ours


def test_each_request_has_one_line_with_its_route(
    caplog: pytest.LogCaptureFixture, client_with: GrantedClient
) -> None:
    client = client_with("sys:role:list")
    with caplog.at_level(logging.INFO, "atrium.access"):
        client.get("/api/v1/sys/roles/987654321")
    line = _line(caplog)
    assert line["route"] == "/api/v1/sys/roles/<pk>"
    assert (line["method"], line["path"]) == ("GET", "/api/v1/sys/roles/987654321")
    assert (line["status"], line["address"]) == (404, "127.0.0.1")
    assert line["duration_ms"] > 0


@pytest.mark.parametrize("path", ["/health/live", "/metrics", "/static/nothing.css"])
def test_probes_and_static_files_are_not_told_of(
    caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.INFO, "atrium.access"):
        Client().get(path)
    assert [r for r in caplog.records if r.name == "atrium.access"] == []


def test_a_request_that_a_gate_refuses_is_told_of(
    caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, ip_deny=("127.0.0.1",))
    with caplog.at_level(logging.INFO, "atrium.access"):
        Client().get("/api/v1/sys/roles")
    assert _line(caplog)["status"] == 403


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/nowhere/1", "(unknown)"),
        ("/static/a.css", "(static)"),
        ("/health/live", "/health/live"),
        ("/health/live/7", "(unknown)"),
    ],
)
def test_what_no_route_knows_has_one_name(path: str, route: str) -> None:
    assert route_of(RequestFactory().get(path)) == route


def test_metrics_know_templates_and_never_paths(settings: Any) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    for number in range(5):
        Client().get(f"/api/v1/sys/roles/{number}00077")
        Client().get(f"/api/v1/{number}00077")
        Client().generic(f"ODD{number}", "/api/v1/nowhere")
    text = metrics_text()[0].decode()
    assert 'route="/api/v1/sys/roles/<pk>",status="4xx"' in text
    assert 'method="OTHER",route="(unknown)"' in text
    assert "00077" not in text
    assert "ODD" not in text
