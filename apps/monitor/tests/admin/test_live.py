from typing import Any

import pytest

from apps.monitor.errors import CacheGoneError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["server", "redis"])
def test_the_page_says_something_without_a_script(console_with: Any, name: str) -> None:
    page = console_with(f"monitor:{name}:list").get(f"/admin/monitor/{name}/")
    text = page.content.decode()
    assert f'data-monitor="monitor.{name}"' in text
    assert 'role="status"' in text


@pytest.mark.parametrize("name", ["server", "redis"])
def test_the_figures_alone_are_json(console_with: Any, name: str) -> None:
    answer = console_with(f"monitor:{name}:list").get(f"/admin/monitor/{name}/?sample")
    assert answer["Content-Type"] == "application/json"
    assert ("cpu" if name == "server" else "info") in answer.json()


@pytest.mark.parametrize("name", ["server", "redis", "cache", "database"])
def test_who_lacks_the_code_stays_outside(console_with: Any, name: str) -> None:
    browser = console_with("sys:dept:list")
    assert browser.get(f"/admin/monitor/{name}/").status_code == 403
    assert f"/admin/monitor/{name}/" not in browser.get("/admin/").content.decode()


def test_redis_that_is_gone_is_said_to_be(
    console_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise CacheGoneError

    monkeypatch.setattr("apps.monitor.admin.live.redis_sample", gone)
    browser = console_with("monitor:redis:list")
    assert "The cache does not answer" in browser.get("/admin/monitor/redis/").content.decode()
    assert browser.get("/admin/monitor/redis/?sample").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_each_part_is_shown_with_its_state_and_since_when(
    console_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = console_with("monitor:server:list")
    text = browser.get("/admin/monitor/health/").content.decode()
    assert 'data-monitor="monitor.health"' in text
    for name in ("database", "cache", "broker", "storage"):
        assert f'data-state="parts.{name}.state"' in text
    answer = browser.get("/admin/monitor/health/?sample").json()
    assert answer["state"] == "ok"
    lost = {"state": "timeout", "milliseconds": 2000.0, "since": "2026-01-02 03:04:05"}
    sample = {"state": "failed", "parts": {**answer["parts"], "cache": lost}}
    monkeypatch.setattr("apps.monitor.admin.live.health_sample", lambda: sample)
    text = browser.get("/admin/monitor/health/").content.decode()
    assert "does not answer</span>" in text
    assert "2026-01-02 03:04:05" in text


def test_the_health_takes_the_code_of_the_server(console_with: Any) -> None:
    browser = console_with("monitor:redis:list")
    assert browser.get("/admin/monitor/health/").status_code == 403
