"""Rows picked by their keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Model, QuerySet

from apps.core.errors import NotFoundError

M = TypeVar("M", bound=Model)


def locked(queryset: QuerySet[M]) -> QuerySet[M]:
    """Return the same rows, locked until the transaction ends.

    The lock is put on the rows of the one table: a queryset that joins, groups or is distinct, as
    one that was narrowed by scopes may be, cannot be locked itself. Source: PostgreSQL, SELECT.
    """
    manager = queryset.model._base_manager  # the rows may be in the bin
    return manager.select_for_update().filter(pk__in=queryset.order_by().values("pk"))


def picked(
    queryset: QuerySet[M], pks: Collection[int] | None, *, is_locked: bool = True
) -> list[M]:
    """Return the rows with these keys, all of them or none, lowest key first.

    Args:
        queryset: Where they must be found: what the user may see.
        pks: Their keys; None for every row of the queryset.
        is_locked: Whether nobody else may write them until the transaction ends.

    Raises:
        NotFoundError: One of them is not in the queryset.
    """
    wanted = None if pks is None else set(pks)
    rows = queryset if wanted is None else queryset.filter(pk__in=wanted)
    found = list((locked(rows) if is_locked else rows).order_by("pk"))
    if wanted is not None and len(found) != len(wanted):
        raise NotFoundError
    return found
