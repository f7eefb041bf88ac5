"""Whether this process can do its work: database, cache, broker, storage, each tried a moment."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import Storage, storages
from django.db import connection
from django.utils import timezone

from apps.core.times import wire_time

TRY_SECONDS = 2.0
"""How long a part may take; all are tried at the same time."""

KEEP_SECONDS = 1.0
"""How long an answer counts, so that many who ask cost no more than one."""

EMBEDDED = "embedded:"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """What was found of one part: `ok`, `failed` or `timeout`. Why is in the log alone."""

    state: str
    milliseconds: float


class Probe:
    """Tries one part in a thread of its own; a try that hangs is not joined by a second one."""

    def __init__(self, name: str, attempt: Callable[[], None]) -> None:
        self.name = name
        self._attempt = attempt
        self._thread: threading.Thread | None = None
        self._found = Part("timeout", 0.0)

    def start(self) -> None:
        """Begin, unless the try before still hangs."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._found = Part("timeout", TRY_SECONDS * 1000)
        self._thread = threading.Thread(target=self._run, name=f"health-{self.name}", daemon=True)
        self._thread.start()

    def result(self, until: float) -> Part:
        """Return what was found by `until`."""
        if self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
            if self._thread.is_alive():
                return Part("timeout", TRY_SECONDS * 1000)
        return self._found

    def _run(self) -> None:
        started = time.monotonic()
        state = "ok"
        try:
            self._attempt()
        except Exception:  # whatever a service raises means that it does not work
            log.warning("%s does not answer", self.name, exc_info=True)
            state = "failed"
        self._found = Part(state, round((time.monotonic() - started) * 1000, 1))


class Health:
    """The parts of this process, and whether it was told to stop."""

    def __init__(self, attempts: Mapping[str, Callable[[], None]]) -> None:
        self._probes = [Probe(name, attempt) for name, attempt in attempts.items()]
        self._mutex = threading.Lock()
        self._known: tuple[float, dict[str, Part]] = (0.0, {})
        self._since: dict[str, tuple[str, datetime]] = {}
        self.is_draining = False

    def parts(self) -> dict[str, Part]:
        """Return what was found of each part within the last second."""
        with self._mutex:
            if self._known[0] <= time.monotonic():
                until = time.monotonic() + TRY_SECONDS
                for probe in self._probes:
                    probe.start()
                found = {probe.name: probe.result(until) for probe in self._probes}
                self._known = (time.monotonic() + KEEP_SECONDS, found)
                self._note(found)
            return self._known[1]

    def since(self) -> dict[str, datetime]:
        """Return from when on each part has been found as it is; at most since the process began.

        A part is looked at only while somebody asks: what changed in between counts from the next
        look on.
        """
        return {name: moment for name, (_state, moment) in self._since.items()}

    def _note(self, found: Mapping[str, Part]) -> None:
        now = timezone.now()
        known = self._since
        changed = {n: p.state for n, p in found.items() if known.get(n, ("",))[0] != p.state}
        self._since = {**known, **{name: (state, now) for name, state in changed.items()}}


def health_sample() -> dict[str, Any]:
    """Return what was found of each part, and since when, for whoever watches."""
    parts, since = health.parts(), health.since()
    is_ready = not health.is_draining and all(part.state == "ok" for part in parts.values())
    return {
        "state": "draining" if health.is_draining else "ok" if is_ready else "failed",
        "parts": {
            name: {
                "state": part.state,
                "milliseconds": part.milliseconds,
                "since": wire_time(since[name]),
            }
            for name, part in parts.items()
        },
    }


def try_database() -> None:
    """Run a statement on a connection of this thread's own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def try_cache() -> None:
    """Write and read a value."""
    key = f"health:{os.getpid()}"
    token = uuid4().hex
    cache.set(key, token, 10)
    if cache.get(key) != token:
        msg = "what was written was not there"
        raise OSError(msg)


def try_broker() -> None:
    """Connect to the broker; the one inside the process is there as long as we are."""
    if settings.CELERY_BROKER_URL.startswith(EMBEDDED):
        return
    with current_app.connection_for_write(connect_timeout=TRY_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=int(TRY_SECONDS))


def try_storage() -> None:
    """Ask the storage for a file; a folder must be one that we may write to."""
    store = storages["files"]
    store.exists("health")
    location = getattr(store, "location", None) if _is_local(store) else None
    if location is None:
        return
    folder = Path(location)
    while not folder.exists():  # made with the first upload
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        msg = "uploads cannot be written"
        raise PermissionError(msg)


def _is_local(store: Storage) -> bool:
    try:
        store.path("health")
    except NotImplementedError:
        return False
    return True


health = Health(
    {
        "database": try_database,
        "cache": try_cache,
        "broker": try_broker,
        "storage": try_storage,
    }
)
