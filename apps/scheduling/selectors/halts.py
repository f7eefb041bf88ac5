"""Whether all schedules are paused."""

from __future__ import annotations

from apps.scheduling.models import Halt

ALL = "all"
"""The one name of a halt; it is unique, so there is one of them at most."""


def halt_now() -> Halt | None:
    """Return by whom and since when all schedules are paused; None while they are not."""
    return Halt.objects.filter(name=ALL).first()
