import json
from typing import Any

import pytest
from django.core.cache import cache

from apps.monitor.errors import CacheGoneError

pytestmark = pytest.mark.django_db
SECRETS = ("hunter2", "7K2M-answer")


def test_the_server_has_the_shape_of_the_contract(client_with: Any) -> None:
    data = client_with("monitor:server:list").get("/api/v1/monitors/server").json()["data"]
    assert isinstance(data["cpu"]["usage"], float)
    assert isinstance(data["mem"]["total"], float)
    assert data["service"]["name"] == "Python3"
    assert data["service"]["cpu_usage"].endswith("%")
    assert all(disk["usage"].endswith("%") for disk in data["disk"])


def test_redis_answers_with_texts(client_with: Any) -> None:
    data = client_with("monitor:redis:list").get("/api/v1/monitors/redis").json()["data"]
    assert all(isinstance(value, str) for value in data["info"].values())
    assert all(set(row) == {"name", "value"} for row in data["stats"])


def test_a_cache_that_is_gone_is_503(client_with: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise CacheGoneError

    monkeypatch.setattr("apps.monitor.api.views.redis_sample", gone)
    response = client_with("monitor:redis:list").get("/api/v1/monitors/redis")
    assert (response.status_code, response.json()["reason"]) == (503, "monitor.cache.gone")


def test_the_database_is_shown(client_with: Any) -> None:
    data = client_with("monitor:database:list").get("/api/v1/monitors/database").json()["data"]
    assert data["size_bytes"] > 0
    assert data["tables"]


def test_a_key_is_found_looked_at_and_deleted(client_with: Any) -> None:
    client = client_with("monitor:cache:list", "monitor:cache:del")
    cache.set("shop:a&b", {"n": 1}, 60)
    listed = client.get("/api/v1/monitors/cache").json()["data"]
    assert {"name": "shop", "keys": 1, "is_closed": False, "is_kept": False} in listed["spaces"]
    keys = client.get("/api/v1/monitors/cache/shop/keys?search=a").json()["data"]
    assert keys == {"keys": ["shop:a&b"], "cursor": "0"}
    path = "/api/v1/monitors/cache/shop/entry?key=shop:a%26b"
    assert client.get(path).json()["data"]["value"] == {"n": 1}
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_a_space_is_emptied_with_its_own_code(client_with: Any) -> None:
    cache.set("shop:a", 1)
    path = "/api/v1/monitors/cache/shop/keys"
    assert client_with("monitor:cache:list,monitor:cache:del").delete(path).status_code == 403
    response = client_with("monitor:cache:clear").delete(path)
    assert response.json()["data"] == {"deleted": 1}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("shop/keys?cursor=x", 422),
        ("shop/keys?cursor=-1", 422),
        (f"shop/keys?search={'x' * 201}", 422),
        ("shop/entry", 422),
        (f"shop/entry?key={'x' * 513}", 422),
        ("captcha/keys", 404),
        ("captcha/entry?key=captcha:1", 404),
        ("django.contrib.sessions/keys", 404),
        ("shop/entry?key=captcha:1", 404),
        ("shop/entry?key=shop:none", 404),
        ("shop/entry?key=shop:a%20b%0a", 404),
        ("shop/entry?key=%00", 422),
    ],
)
def test_bad_input_is_said_to_be(client_with: Any, path: str, status: int) -> None:
    cache.set("captcha:1", "7K2M-answer", 60)
    response = client_with("monitor:cache:list").get(f"/api/v1/monitors/cache/{path}")
    assert response.status_code == status, response.content


def test_no_secret_leaves_by_any_way(client_with: Any) -> None:
    cache.set("captcha:1", "7K2M-answer", 60)
    cache.set("address-code:1:x", "7K2M-answer", 60)
    cache.set("django.contrib.sessions.cached_dbhunter2", {"x": 1}, 60)
    cache.set("shop:1", {"password": "hunter2", "deep": [{"refreshToken": "hunter2"}]}, 60)
    client = client_with("monitor:cache:list")
    told = [client.get("/api/v1/monitors/cache").json()]
    for space in told[0]["data"]["spaces"]:
        keys = client.get(f"/api/v1/monitors/cache/{space['name']}/keys").json()
        told.append(keys)
        for key in (keys["data"] or {}).get("keys", ()):
            answer = client.get(f"/api/v1/monitors/cache/{space['name']}/entry", {"key": key})
            told.append(answer.json())
    text = json.dumps(told)
    assert "shop:1" in text
    assert not any(secret in text for secret in SECRETS)
