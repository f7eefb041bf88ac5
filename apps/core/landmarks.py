"""Pages of tables that only grow: page 5,000 costs what page 1 costs, and nobody counts all rows.

The keys of every 500th row, lowest first, are remembered for each list (its conditions included).
Rows are added at the top only, so a landmark stays true until rows are deleted. The total is the
landmarks times 500 and the few rows above the last one; the start of any page is less than 500 rows
from a landmark.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import F, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from apps.core.cached import two_level

STEP = 500
"""Rows from one landmark to the next."""

KEEP_SECONDS = 86_400
MAX_TAIL = 4 * STEP
"""With more rows than this above the last landmark, new ones are set."""


class Landmarks:
    """The landmarks of one list, and what follows from them.

    Args:
        queryset: The rows, with their conditions; they are read by descending key.
        tag: The cache tag that ends the landmarks; invalidate it whenever rows are deleted.
    """

    def __init__(self, queryset: QuerySet[Any], *, tag: str) -> None:
        self._rows = queryset.order_by("-pk")
        key, tags = _name(self._rows), (tag,)
        keys: list[int] = two_level.get(key, list, tags=tags, seconds=KEEP_SECONDS)
        above = self._above(keys)[: MAX_TAIL + 1].count()
        if above > MAX_TAIL:
            keys = two_level.revise(key, self._extended, tags=tags, seconds=KEEP_SECONDS)
            above = self._above(keys).count()
        self._keys = keys
        self.total = len(keys) * STEP + above

    def page(self, start: int, size: int) -> QuerySet[Any]:
        """Return the rows from the `start`-th on, the newest being number 0."""
        rank = self.total - start  # of the page's first row, counted from the oldest
        mark = -(-rank // STEP)
        if not 0 < mark <= len(self._keys):
            return self._rows[start : start + size]
        skip = mark * STEP - rank
        return self._rows.filter(pk__lte=self._keys[mark - 1])[skip : skip + size]

    def _above(self, keys: list[int]) -> QuerySet[Any]:
        rows = self._rows.order_by()
        return rows.filter(pk__gt=keys[-1]) if keys else rows

    def _extended(self, known: list[int] | None) -> list[int]:
        """Return the landmarks with those above the last one that is known.

        The newest is left out: a transaction that is slow to commit may still add below it.
        """
        numbered = self._above(known or []).annotate(
            landmark=Window(RowNumber(), order_by=F("pk").asc()) % Value(STEP)
        )
        found = numbered.filter(landmark=0).order_by("pk").values_list("pk", flat=True)
        return [*(known or []), *list(found)[:-1]]


def _name(rows: QuerySet[Any]) -> str:
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # its conditions cannot hold; any name will do
        return "landmarks:none"
    told = f"{sql}{parameters!r}".encode()
    return f"landmarks:{hashlib.sha256(told).hexdigest()[:32]}"
