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
