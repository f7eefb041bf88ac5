from types import SimpleNamespace
from typing import Any

import pytest
import redis as client_library
from django.core.cache import cache

from apps.monitor.errors import CacheGoneError
from apps.monitor.selectors import redis
from apps.monitor.selectors.redis import FIELDS, human, live_entries, redis_sample


class _Server:
    """Answers as Redis does. The rest of the suite asks the real one, where it runs."""

    def info(self, section: str = "") -> dict[str, Any]:
        if section:
            return {"cmdstat_get": {"calls": 3}, "cmdstat_config|get": {"calls": 9}}
        return {
            "redis_version": "7.0.15",
            "used_memory": 1_897_923,
            "uptime_in_seconds": 61,
            "db3": {"keys": 4, "expires": 2, "avg_ttl": 0},
        }

    def slowlog_get(self, _rows: int) -> list[dict[str, Any]]:
        secret = b"SET atrium:1:x hunter2 EX 5"
        return [{"start_time": 1_700_000_000, "duration": 12_345, "command": secret}]

    def dbsize(self) -> int:
        return 4


@pytest.fixture
def scaled(monkeypatch: pytest.MonkeyPatch, atrium: Any) -> None:
    atrium(redis_url="redis://stand-in")
    monkeypatch.setattr(redis, "get_redis_connection", lambda _name: _Server())


def test_every_fact_is_a_text(scaled: None) -> None:
    info = redis_sample()["info"]
    assert set(info) == {*FIELDS, "uptime", "keys_num"}
    assert all(isinstance(value, str) for value in info.values())
    assert (info["redis_version"], info["keys_num"], info["uptime"]) == ("7.0.15", "4", "1 minute")


def test_commands_come_by_calls(scaled: None) -> None:
    assert redis_sample()["stats"] == [
        {"name": "config|get", "value": "9"},
        {"name": "get", "value": "3"},
    ]


def test_a_slow_command_is_shown_without_its_values(scaled: None) -> None:
    (slow,) = redis_sample()["slow"]
    assert slow["command"] == "SET atrium:1:x … (3)"
    assert slow["microseconds"] == 12_345


def test_key_spaces_are_those_of_the_server(scaled: None) -> None:
    assert redis_sample()["keyspace"] == [{"name": "db3", "keys": 4, "expiring": 2}]


def test_a_server_that_is_gone_is_said_to_be(monkeypatch: pytest.MonkeyPatch, atrium: Any) -> None:
    atrium(redis_url="redis://stand-in")

    def gone(_name: str) -> SimpleNamespace:
        raise client_library.ConnectionError

    monkeypatch.setattr(redis, "get_redis_connection", gone)
    with pytest.raises(CacheGoneError):
        redis_sample()


def test_without_redis_the_cache_of_the_process_is_shown(atrium: Any) -> None:
    atrium(redis_url="")
    sample = redis_sample()
    assert sample["info"]["redis_mode"] == "embedded"
    assert set(sample["info"]) == {*FIELDS, "uptime", "keys_num"}
    assert all(isinstance(value, str) for value in sample["info"].values())
    assert sample["info"]["used_memory_human"].endswith("M")


def test_entries_that_have_run_out_are_not_counted() -> None:
    if not hasattr(cache, "_expire_info"):
        pytest.skip("needs the cache inside the process: REDIS_URL is set")
    before = live_entries()
    cache.set("monitor-test:a", 1, 60)
    cache.set("monitor-test:b", 1, 0)
    assert live_entries() == before + 1


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0B"), (1_897_923, "1.81M"), (3 * 1024**3, "3.00G"), (2048, "2.00K")]
)
def test_bytes_are_written_as_redis_writes_them(number: float, text: str) -> None:
    assert human(number) == text
