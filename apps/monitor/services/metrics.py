"""The figures that Prometheus collects; made when the first is asked for."""

from __future__ import annotations

import hmac
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.monitor.services.gauges import ProcessesCollector, pool_gauges

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TASK_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
SHARED_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes of one server keep their figures; `prometheus_client` reads the name."""

_LIVE_FILE = re.compile(r"gauge_live\w+_(\d+)\.db")


class Metrics:
    """Every figure by its name."""

    def __init__(self) -> None:
        # Imported here: a platform without metrics starts without it, and `serve` says where the
        # figures of several processes are kept before it is read.
        from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415

        self.requests = Counter(
            "atrium_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
        )
        self.latency = Histogram(
            "atrium_http_request_seconds",
            "Time until an answer was ready.",
            ["method", "route"],
            buckets=SECONDS,
        )
        self.in_flight = Gauge(
            "atrium_http_requests_in_flight",
            "Requests being answered.",
            multiprocess_mode="livesum",
        )
        self.exceptions = Counter(
            "atrium_http_exceptions", "Requests that ended in a fault of ours.", ["type"]
        )
        self.sign_ins = Counter("atrium_sign_ins", "Attempts to sign in.", ["outcome"])
        self.tasks = Counter("atrium_tasks", "Steps of background tasks.", ["task", "state"])
        self.task_latency = Histogram(
            "atrium_task_seconds", "Time that tasks ran.", ["task"], buckets=TASK_SECONDS
        )
        self.sockets = Gauge(
            "atrium_websockets_open", "Websockets open.", multiprocess_mode="livesum"
        )
        self.cache = Counter(
            "atrium_cache_reads", "Reads of the two-level cache by where they ended.", ["level"]
        )
        self._pool = pool_gauges()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        method = method if method in METHODS else "OTHER"
        self.requests.labels(method, route, f"{status // 100}xx").inc()
        self.latency.labels(method, route).observe(seconds)
        self.measure()  # another process may be the one that is asked

    def measure(self) -> None:
        """Read what is read and not counted."""
        if self._pool is not None:
            self._pool.measure()


@cache
def metrics() -> Metrics:
    """Return the metrics of this process."""
    return Metrics()


def is_scraper(header: str) -> bool:
    """Tell whether an `Authorization` header holds the token of the setting."""
    token = settings.ATRIUM.metrics_token
    return bool(token) and hmac.compare_digest(header.encode(), f"Bearer {token}".encode())


def metrics_text() -> tuple[bytes, str]:
    """Return the figures of this process, or of all that share a folder, and their content type."""
    from prometheus_client import (  # noqa: PLC0415 - see `Metrics`
        CONTENT_TYPE_LATEST,
        REGISTRY,
        CollectorRegistry,
        generate_latest,
    )

    metrics().measure()
    registry: Any = REGISTRY
    if os.environ.get(SHARED_DIR):
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        folder = Path(os.environ[SHARED_DIR])
        _forget_dead(folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it has no types
        registry.register(ProcessesCollector(folder))
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _forget_dead(folder: Path) -> None:
    """Drop the gauges of processes that are gone; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        found = _LIVE_FILE.fullmatch(file.name)
        if found and not Path(f"/proc/{found[1]}").exists():
            file.unlink(missing_ok=True)
