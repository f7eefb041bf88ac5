"""Figures that are read, not counted: the pool of database connections, and the processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from django.db import connection

from apps.monitor.selectors.database import has_pool

POOL = {
    "pool_size": ("atrium_db_pool_size", "Connections that the pool holds."),
    "pool_available": ("atrium_db_pool_idle", "Connections of the pool that nobody uses."),
    "requests_waiting": ("atrium_db_pool_waiting", "Threads that wait for a connection."),
    "requests_errors": (
        "atrium_db_pool_requests_errors",
        "Requests for a connection that failed or waited too long, since the process began.",
    ),
}
"""What the pool calls a figure, and what we do. Source: psycopg_pool, Pool stats."""

_OWNER = re.compile(r"_(\d+)\.db")


class PoolGauges:
    """The figures of the pool; of several processes each writes its own and they are summed."""

    def __init__(self) -> None:
        from prometheus_client import Gauge  # noqa: PLC0415 - as in `metrics.Metrics`

        self._gauges = {
            told: Gauge(name, text, multiprocess_mode="livesum")
            for told, (name, text) in POOL.items()
        }

    def measure(self) -> None:
        """Read the pool of this process; one that was not needed yet is not opened for it."""
        # Not `connection.pool`, which would open one.
        pools: Any = getattr(connection, "_connection_pools", {})
        pool = pools.get(connection.alias)
        if pool is None:
            return
        stats = pool.get_stats()
        for told, gauge in self._gauges.items():
            gauge.set(stats.get(told, 0))


def pool_gauges() -> PoolGauges | None:
    """Return the figures of the pool, None where the database has none."""
    return PoolGauges() if has_pool() else None


class ProcessesCollector:
    """Memory, processor time and open files of each process that keeps figures in a folder.

    The library tells them of its own process, but in no way of several. Whoever is asked reads
    those of the others from the system, so they are never old.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Any]:
        """Yield the families, each sample with the `pid` of its process."""
        from prometheus_client.core import (  # noqa: PLC0415 - as in `metrics.Metrics`
            CounterMetricFamily,
            GaugeMetricFamily,
        )

        memory = GaugeMetricFamily(
            "process_resident_memory_bytes", "Resident memory size in bytes.", labels=["pid"]
        )
        cpu = CounterMetricFamily(
            "process_cpu_seconds", "Total user and system CPU time in seconds.", labels=["pid"]
        )
        files = GaugeMetricFamily(
            "process_open_fds", "Number of open file descriptors.", labels=["pid"]
        )
        for process in self._alive():
            with suppress(psutil.Error), process.oneshot():
                pid, times = [str(process.pid)], process.cpu_times()
                memory.add_metric(pid, process.memory_info().rss)
                cpu.add_metric(pid, times.user + times.system)
                files.add_metric(pid, process.num_fds())
        yield from (memory, cpu, files)

    def _alive(self) -> Iterator[psutil.Process]:
        """Yield the processes whose files are here.

        A process that began after the last write got the number of one that is gone.
        """
        written: dict[int, float] = {}
        for file in self._folder.glob("*.db"):
            found = _OWNER.search(file.name)
            if found is not None:
                with suppress(FileNotFoundError):
                    pid = int(found[1])
                    written[pid] = max(written.get(pid, 0.0), file.stat().st_mtime)
        for pid in sorted(written):
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.create_time() <= written[pid] + 1:
                    yield process
