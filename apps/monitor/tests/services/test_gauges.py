import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest

from apps.monitor.selectors.database import has_pool
from apps.monitor.services import gauges
from apps.monitor.services.gauges import ProcessesCollector, pool_gauges
from apps.monitor.services.metrics import SHARED_DIR, metrics_text

ROOT = Path(__file__).resolve().parents[4]
needs_pool = pytest.mark.skipif(not has_pool(), reason="this database has no pool")


def _told(text: str) -> dict[str, float]:
    """Return every sample by its name and labels."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def _collected(folder: Path) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(ProcessesCollector(folder))
    return _told(generate_latest(registry).decode())


def test_each_process_is_told_of_by_its_number_as_it_is_now(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        for pid in (os.getpid(), other.pid):
            (tmp_path / f"counter_{pid}.db").touch()
            (tmp_path / f"gauge_livesum_{pid}.db").touch()
        found = _collected(tmp_path)
        other.communicate(b"\n")
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"):
        assert {key for key in found if key.startswith(name)} == {
            f'{name}{{pid="{os.getpid()}"}}',
            f'{name}{{pid="{other.pid}"}}',
        }
    mine = found[f'process_resident_memory_bytes{{pid="{os.getpid()}"}}']
    assert mine == pytest.approx(psutil.Process().memory_info().rss, rel=0.2)


def test_who_is_gone_or_got_the_number_of_one_that_is_gone_is_not_told_of(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    (tmp_path / f"counter_{gone.pid}.db").touch()
    reused = tmp_path / f"counter_{os.getpid()}.db"
    reused.touch()
    before = psutil.Process().create_time() - 60
    os.utime(reused, (before, before))
    (tmp_path / "other.db").touch()
    assert _collected(tmp_path) == {}


def test_processes_that_share_a_folder_are_told_of_in_one_answer(tmp_path: Path) -> None:
    code = (
        "import django; django.setup();"
        "from apps.monitor.services.metrics import metrics, metrics_text;"
        "metrics().sockets.inc(); print(metrics_text()[0].decode())"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            SHARED_DIR: str(tmp_path),
        },
        check=True,
        capture_output=True,
        text=True,
    )
    found = [name for name in _told(done.stdout) if name.startswith("process_resident")]
    assert len(found) == 1
    assert re.fullmatch(r'process_resident_memory_bytes\{pid="\d+"\}', found[0])
    is_told = "atrium_db_pool_size" in done.stdout
    assert is_told is has_pool()


@pytest.mark.skipif(has_pool(), reason="this database has a pool")
def test_without_a_pool_there_are_no_figures_of_one() -> None:
    assert pool_gauges() is None
    assert "atrium_db_pool" not in metrics_text()[0].decode()


class Pool:
    """As much of a pool as is measured."""

    def get_stats(self) -> dict[str, int]:
        return {"pool_size": 4, "pool_available": 1, "requests_waiting": 2, "requests_num": 9}


def test_the_figures_of_a_pool_are_those_that_it_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = CollectorRegistry()
    found = _made_in(registry, monkeypatch)
    pools: dict[str, Any] = {}
    monkeypatch.setattr(connection, "_connection_pools", pools, raising=False)
    found.measure()
    assert set(_told(generate_latest(registry).decode()).values()) == {0}
    pools[connection.alias] = Pool()
    found.measure()
    assert _told(generate_latest(registry).decode()) == {
        "atrium_db_pool_size": 4,
        "atrium_db_pool_idle": 1,
        "atrium_db_pool_waiting": 2,
        "atrium_db_pool_requests_errors": 0,
    }


def _made_in(registry: CollectorRegistry, monkeypatch: pytest.MonkeyPatch) -> gauges.PoolGauges:
    import prometheus_client  # noqa: PLC0415 - patched for a moment

    with monkeypatch.context() as patch:
        gauge = prometheus_client.Gauge
        patch.setattr(
            prometheus_client,
            "Gauge",
            lambda name, text, **more: gauge(name, text, registry=registry, **more),
        )
        return gauges.PoolGauges()


@needs_pool
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_held_is_not_idle() -> None:
    def idle() -> float:
        return _told(metrics_text()[0].decode())["atrium_db_pool_idle"]

    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            held.set()
            free.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    told = _told(metrics_text()[0].decode())
    before = idle()
    free.set()
    thread.join()
    until = time.monotonic() + 10
    while idle() <= before and time.monotonic() < until:
        pass  # the pool takes a connection back in a thread of its own
    assert idle() > before
    assert told["atrium_db_pool_size"] >= 1
    assert told["atrium_db_pool_waiting"] == 0
