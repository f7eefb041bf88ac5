"""What a container may use, which is less than what the machine has.

Source: the kernel's documentation of control groups, version 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""Version 1 says "no limit" by a number that no machine has."""

MICRO, NANO = 1_000_000, 1_000_000_000


@dataclass(frozen=True)
class Limits:
    """The limits of this container; None where there is none.

    Attributes:
        memory_bytes: Largest memory.
        memory_used_bytes: Memory in use, without what the kernel can take back at once.
        cpus: Processors that may be used at once, 1.5 for one and a half.
        cpu_seconds: Time that the processors have worked for this container.
    """

    memory_bytes: int | None = None
    memory_used_bytes: int | None = None
    cpus: float | None = None
    cpu_seconds: float | None = None


def limits_of(root: Path = ROOT) -> Limits:
    """Return the limits that the control group of this process sets."""
    if (root / "cgroup.controllers").exists():
        return _second(root)
    return _first(root) if (root / "memory").is_dir() or (root / "cpu").is_dir() else Limits()


def _second(root: Path) -> Limits:
    memory = _number(root / "memory.max")
    used = _number(root / "memory.current")
    idle = _table(root / "memory.stat").get("inactive_file", 0)
    quota, _blank, period = _text(root / "cpu.max").partition(" ")
    spent = _table(root / "cpu.stat").get("usage_usec")
    return Limits(
        memory_bytes=memory,
        memory_used_bytes=None if used is None else max(used - idle, 0),
        cpus=_share(quota, period),
        cpu_seconds=None if spent is None else spent / MICRO,
    )


def _first(root: Path) -> Limits:
    memory = _number(root / "memory" / "memory.limit_in_bytes")
    used = _number(root / "memory" / "memory.usage_in_bytes")
    idle = _table(root / "memory" / "memory.stat").get("total_inactive_file", 0)
    spent = _number(root / "cpuacct" / "cpuacct.usage")
    return Limits(
        memory_bytes=None if memory is None or memory >= UNLIMITED else memory,
        memory_used_bytes=None if used is None else max(used - idle, 0),
        cpus=_share(
            _text(root / "cpu" / "cpu.cfs_quota_us"), _text(root / "cpu" / "cpu.cfs_period_us")
        ),
        cpu_seconds=None if spent is None else spent / NANO,
    )


def _share(quota: str, period: str) -> float | None:
    if not quota.isdigit() or not period.isdigit() or int(period) == 0:  # "max", or "-1"
        return None
    return int(quota) / int(period)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _number(path: Path) -> int | None:
    text = _text(path)
    return int(text) if text.isdigit() else None


def _table(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _text(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}  # noqa: PLR2004 - name and number
