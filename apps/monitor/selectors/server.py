"""What the machine and this process are doing, measured at most once a second."""

from __future__ import annotations

import os
import platform
import socket
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import django
import psutil
from django.conf import settings
from django.utils.translation import ngettext

from apps.core.times import wire_time
from apps.monitor.constants import GIGABYTE, SAMPLE_SECONDS
from apps.monitor.selectors.limits import Limits, limits_of

Sample = dict[str, Any]
FIRST_SECONDS = 0.1
"""How long the first measurement of the processors takes; later ones compare with the one before.
"""

DAY, HOUR, MINUTE = 86_400, 3_600, 60


class _Meter:
    """Measures the use of the processors between two samples, and keeps the newest sample."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._process = psutil.Process()
        self.started = self._process.create_time()
        self._kept: tuple[float, Sample] | None = None
        self._spent: tuple[float, float] | None = None

    def sample(self) -> Sample:
        """Return the newest sample; one that is older than a second is taken anew."""
        with self._mutex:
            now = time.monotonic()
            if self._kept is None or now - self._kept[0] >= SAMPLE_SECONDS:
                self._kept = (now, self._take())
            return self._kept[1]

    def _take(self) -> Sample:
        if self._kept is None:
            self._process.cpu_percent()
            psutil.cpu_percent(FIRST_SECONDS)
        limits = limits_of()
        with self._process.oneshot():
            return {
                "cpu": self._processors(limits),
                "mem": memory(limits),
                "sys": system(),
                "disk": list(disks()),
                "service": self._service(),
                "net": traffic(),
            }

    def _processors(self, limits: Limits) -> Sample:
        frequency: Any = psutil.cpu_freq()  # None where the system does not tell
        return {
            "physical_num": psutil.cpu_count(logical=False) or 0,
            "logical_num": psutil.cpu_count() or 0,
            "max_freq": round(frequency.max, 2) if frequency else 0.0,
            "min_freq": round(frequency.min, 2) if frequency else 0.0,
            "current_freq": round(frequency.current, 2) if frequency else 0.0,
            "usage": self._usage(limits),
            "limit": limits.cpus,
            "load": [round(part, 2) for part in psutil.getloadavg()],
        }

    def _usage(self, limits: Limits) -> float:
        """Return the percentage in use: of what the container may use, else of the machine."""
        of_all = psutil.cpu_percent()
        if limits.cpus is None or limits.cpu_seconds is None:
            return of_all
        now, before = time.monotonic(), self._spent
        self._spent = (now, limits.cpu_seconds)
        if before is None:
            return of_all
        worked = (limits.cpu_seconds - before[1]) / max(now - before[0], 0.001)
        return round(min(worked / limits.cpus * 100, 100.0), 1)

    def _service(self) -> Sample:
        process, memory_of = self._process, self._process.memory_info()
        started = datetime.fromtimestamp(self.started, UTC)
        return {
            "name": "Python3",
            "version": platform.python_version(),
            "home": sys.executable,
            "startup": wire_time(started) or "",
            "cpu_usage": f"{process.cpu_percent():.2f}%",
            "mem_vms": size(memory_of.vms),
            "mem_rss": size(memory_of.rss),
            "mem_free": size(memory_of.vms - memory_of.rss),
            "atrium": settings.VERSION,
            "django": django.get_version(),
            "pid": str(process.pid),
            "threads": str(process.num_threads()),
            "files": str(process.num_fds()),
        }


meter = _Meter()
os.register_at_fork(after_in_child=meter.__init__)  # type: ignore[misc] # a child begins anew


def server_sample() -> Sample:
    """Return processors, memory, system, disks and this process, as the contract has them."""
    taken = meter.sample()
    now = time.time()
    # In the words of whoever asks: the sample itself is shared.
    return taken | {
        "sys": taken["sys"] | {"uptime": span(now - psutil.boot_time())},
        "service": taken["service"] | {"elapsed": span(now - meter.started)},
    }


def memory(limits: Limits) -> Sample:
    """Return the memory in gigabytes: that of the container where it has less than the machine."""
    machine = psutil.virtual_memory()
    total, used, free = machine.total, machine.used, machine.available
    if limits.memory_bytes is not None and limits.memory_bytes < total:
        total, used = limits.memory_bytes, limits.memory_used_bytes or 0
        free = max(total - used, 0)
    return {
        "total": round(total / GIGABYTE, 2),
        "used": round(used / GIGABYTE, 2),
        "free": round(free / GIGABYTE, 2),
        "usage": round((total - free) / total * 100, 2),
    }


def system() -> Sample:
    """Return what the machine is called and what it runs on."""
    return {
        "name": socket.gethostname(),
        "os": f"{platform.system()} {platform.release()}",
        "ip": own_address(),
        "arch": platform.machine(),
    }


def own_address() -> str:
    """Return the first address of this machine that is not its own loop; asks nobody."""
    for cards in psutil.net_if_addrs().values():
        for card in cards:
            if card.family is socket.AF_INET and not card.address.startswith("127."):
                return str(card.address)
    return "127.0.0.1"


def disks() -> Iterator[Sample]:
    """Yield each disk once, virtual file systems left out."""
    seen: set[str] = set()
    for part in psutil.disk_partitions(all=False):
        if part.device in seen:
            continue
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:  # not ours to look at, or gone by now
            continue
        seen.add(part.device)
        yield {
            "dir": part.mountpoint,
            "device": part.device,
            "type": part.fstype,
            "total": size(usage.total),
            "used": size(usage.used),
            "free": size(usage.free),
            "usage": f"{usage.percent:.2f}%",
        }


def traffic() -> Sample:
    """Return the bytes that went over the network since the machine started."""
    counted: Any = psutil.net_io_counters()
    if counted is None:  # no network card at all
        return {"sent": 0, "received": 0}
    return {"sent": counted.bytes_sent, "received": counted.bytes_recv}


def size(number: float) -> str:
    """Return bytes as people read them: `251.97 GB`."""
    for unit in ("B", "KB", "MB", "GB"):
        if number < 1024:  # noqa: PLR2004 - the step between two units
            return f"{number:.2f} {unit}"
        number /= 1024
    return f"{number:.2f} TB"


def span(seconds: float) -> str:
    """Return a duration as people read it: `1 days 2 hours 3 minutes`, seconds below a minute."""
    whole = int(seconds)
    if whole < MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": whole}
    days, rest = divmod(whole, DAY)
    hours, rest = divmod(rest, HOUR)
    parts = [
        (days, ngettext("%(n)s day", "%(n)s days", days)),
        (hours, ngettext("%(n)s hour", "%(n)s hours", hours)),
        (rest // MINUTE, ngettext("%(n)s minute", "%(n)s minutes", rest // MINUTE)),
    ]
    return " ".join(text % {"n": number} for number, text in parts if number)
