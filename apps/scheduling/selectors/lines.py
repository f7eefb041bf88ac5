"""What runs write."""

from __future__ import annotations

from apps.scheduling.models import Run, RunLine

PORTION = 500
"""Lines that are sent at once."""


def newest_lines(run: Run) -> tuple[list[RunLine], bool]:
    """Return the last lines of a run, oldest first, and whether there are others before them."""
    found = list(run.lines.order_by("-pk")[: PORTION + 1])
    return found[:PORTION][::-1], len(found) > PORTION


def lines_after(run: Run, pk: int) -> list[RunLine]:
    """Return the next lines of a run after the one of a key, oldest first."""
    return list(run.lines.filter(pk__gt=pk).order_by("pk")[:PORTION])
