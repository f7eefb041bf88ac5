"""What the cache server tells of itself; without one, the cache inside the process."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import psutil
from django.conf import settings
from django.core.cache import cache
from django_redis import get_redis_connection

from apps.core.outages import CACHE_UNREACHABLE
from apps.core.times import wire_time
from apps.monitor.errors import CacheGoneError
from apps.monitor.selectors.server import span

SLOWEST = 20
"""Rows of the slow log that are shown."""

LONGEST_COMMAND = 200
"""Characters of a slow command that are shown."""

Told = dict[str, Any]
FIELDS = (
    "redis_version",
    "redis_mode",
    "role",
    "tcp_port",
    "connected_clients",
    "blocked_clients",
    "used_memory_human",
    "used_memory_rss_human",
    "maxmemory_human",
    "mem_fragmentation_ratio",
    "instantaneous_ops_per_sec",
    "total_commands_processed",
    "rejected_connections",
)


def redis_sample() -> Told:
    """Return the server's facts, its commands by calls, its key spaces and its slow log.

    Raises:
        CacheGoneError: The server does not answer.
    """
    if not settings.ATRIUM.redis_url:
        return embedded_sample()
    try:
        client = get_redis_connection("default")
        told = client.info()
        commands = client.info("commandstats")
        slow = client.slowlog_get(SLOWEST)
        number = client.dbsize()
    except CACHE_UNREACHABLE as error:
        raise CacheGoneError from error
    info = {name: str(told.get(name, "")) for name in FIELDS}
    info |= {"uptime": span(told["uptime_in_seconds"]), "keys_num": str(number)}
    return {
        "info": info,
        "stats": list(_commands(commands)),
        "keyspace": _spaces(told),
        "slow": [_slow(row) for row in slow],
        "used_memory": told["used_memory"],
    }


def _commands(stats: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = sorted(stats.items(), key=lambda row: -row[1]["calls"])
    return [
        {"name": name.rpartition("_")[2], "value": str(counted["calls"])} for name, counted in rows
    ]


def _spaces(told: Mapping[str, Any]) -> list[Told]:
    return [
        {"name": name, "keys": counted["keys"], "expiring": counted["expires"]}
        for name, counted in sorted(told.items())
        if name.startswith("db") and isinstance(counted, dict)
    ]


def _slow(row: Mapping[str, Any]) -> Told:
    """Return a slow command without its arguments, which may hold what nobody should read."""
    words = row["command"].decode("utf-8", "replace").split(" ")
    more = len(words) - 2
    shown = " ".join(words[:2])[:LONGEST_COMMAND] + (f" … ({more})" if more > 0 else "")
    moment = datetime.fromtimestamp(row["start_time"], UTC)
    return {"at": wire_time(moment), "microseconds": row["duration"], "command": shown}


def embedded_sample() -> Told:
    """Return the same of the cache inside this process, as far as it has such a thing."""
    process = psutil.Process()
    memory = process.memory_info().rss
    live = live_entries()
    largest = getattr(cache, "_max_entries", 0)
    info = dict.fromkeys(FIELDS, "0") | {
        "redis_version": platform.python_version(),
        "redis_mode": "embedded",
        "role": "master",
        "uptime": span(time.time() - process.create_time()),
        "used_memory_human": human(memory),
        "used_memory_rss_human": human(memory),
        "maxmemory_human": "0B",
        "mem_fragmentation_ratio": "1.0",
        "connected_clients": "1",
        "keys_num": str(live),
    }
    return {
        "info": info,
        "stats": [{"name": "entries", "value": str(live)}, {"name": "room", "value": str(largest)}],
        "keyspace": [{"name": "db0", "keys": live, "expiring": live}],
        "slow": [],
        "used_memory": memory,
    }


def live_entries() -> int:
    """Return how many entries the cache inside this process holds that have not run out."""
    ends: Mapping[str, float | None] = getattr(cache, "_expire_info", {})
    now = time.time()
    return sum(1 for end in list(ends.values()) if end is None or end > now)


def human(number: float) -> str:
    """Return bytes as Redis writes them: `1.81M`."""
    for unit in ("B", "K", "M"):
        if number < 1024:  # noqa: PLR2004 - the step between two units
            return f"{number:.0f}{unit}" if unit == "B" else f"{number:.2f}{unit}"
        number /= 1024
    return f"{number:.2f}G"
