import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as live_settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from apps.core import nodes
from apps.core.nodes import lease_node

PROCESS = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
import django_stubs_ext
from django.conf import settings
django_stubs_ext.monkeypatch()
_code, folder, redis_url, prefix = sys.argv
caches = {"default": {
    "BACKEND": "django_redis.cache.RedisCache", "LOCATION": redis_url, "KEY_PREFIX": prefix,
    "OPTIONS": {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"},
}} if redis_url else {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
settings.configure(
    CACHES=caches, DATA_DIR=Path(folder),
    ATRIUM=SimpleNamespace(node_id=-1, redis_url=redis_url, pk_mode="snowflake"),
)
from apps.core.keys import next_id
def node():
    return next_id() >> 12 & 1023
here = node()
down, up = os.pipe()
if os.fork() == 0:
    os.write(up, str(node()).encode())
    os._exit(0)
os.wait()
sys.stdout.write(f"{here} {os.read(down, 9).decode()}\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def _ignore() -> None:
    """Do nothing about a lease that was lost."""


Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a process that writes its node and that of a fork of it."""
    started: list[subprocess.Popen[str]] = []
    prefix = f"nodes-{tmp_path.name}"

    def begin() -> subprocess.Popen[str]:
        address = live_settings.ATRIUM.redis_url
        process = subprocess.Popen(  # noqa: S603 - a script of ours
            [sys.executable, "-c", PROCESS, str(tmp_path), address, prefix],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.communicate(timeout=20)


def _nodes(process: subprocess.Popen[str]) -> tuple[int, int]:
    assert process.stdout is not None
    own, forked = process.stdout.readline().split()
    return int(own), int(forked)


def test_processes_and_their_forks_have_different_nodes(start: Start) -> None:
    found = [_nodes(process) for process in [start() for _ in range(3)]]
    assert len({own for own, _forked in found}) == 3
    assert all(own != forked for own, forked in found)


def test_the_node_of_a_process_that_ended_is_free_again(start: Start) -> None:
    if live_settings.ATRIUM.redis_url:
        pytest.skip("a lease in Redis ends a minute after its process")
    process = start()
    node, _forked = _nodes(process)
    process.communicate(timeout=20)
    assert _nodes(start())[0] == node


def _as(settings: Any, **fields: Any) -> None:
    settings.ATRIUM = replace(live_settings.ATRIUM, **fields)


def test_a_node_that_is_set_is_taken_as_it_is(settings: Any) -> None:
    _as(settings, node_id=7)
    assert lease_node(on_loss=_ignore) == 7


def test_a_node_out_of_range_stops_the_start(settings: Any) -> None:
    _as(settings, node_id=1024)
    with pytest.raises(ImproperlyConfigured, match="1024"):
        lease_node(on_loss=_ignore)


@pytest.fixture
def renewals(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[Any, ...]]:
    """Return what is to be renewed later; nothing waits for it."""
    planned: list[tuple[Any, ...]] = []
    monkeypatch.setattr(nodes, "_renew_later", lambda *args: planned.append(args))
    _as(settings, redis_url="redis://in-name-only")
    return planned


def test_a_lease_in_the_cache_is_renewed_for_as_long_as_it_is_ours(
    renewals: list[tuple[Any, ...]],
) -> None:
    lost: list[int] = []
    node = lease_node(on_loss=lambda: lost.append(1))
    assert lease_node(on_loss=_ignore) != node
    nodes._renew(*renewals[0])
    assert renewals[-1] == renewals[0]
    cache.delete(f"node:{node}")  # the cache was emptied
    nodes._renew(*renewals[0])
    assert cache.get(f"node:{node}") == renewals[0][1]
    assert lost == []


def test_who_lost_the_lease_takes_another_node(renewals: list[tuple[Any, ...]]) -> None:
    lost: list[int] = []
    node = lease_node(on_loss=lambda: lost.append(1))
    cache.set(f"node:{node}", "somebody else")
    nodes._renew(*renewals.pop())
    assert lost == [1]
    assert renewals == []


def test_with_the_cache_out_of_reach_the_node_is_kept(
    renewals: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def get(self, key: str) -> Any:
            raise redis.ConnectionError

    lost: list[int] = []
    lease_node(on_loss=lambda: lost.append(1))
    monkeypatch.setattr(nodes, "cache", Gone())
    nodes._renew(*renewals.pop())
    assert lost == []
    assert len(renewals) == 1


def test_when_every_node_is_taken_it_is_said(
    renewals: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(nodes, "MAX_NODES", 2)
    for _ in range(2):
        lease_node(on_loss=_ignore)
        nodes._lease_on_disk(tmp_path)
    assert len(renewals) == 2
    with pytest.raises(ImproperlyConfigured):
        lease_node(on_loss=_ignore)
    with pytest.raises(ImproperlyConfigured):
        nodes._lease_on_disk(tmp_path)
