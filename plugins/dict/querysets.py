"""Reads that stay querysets, so that filters and pagination can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from plugins.dict.models import DictData  # noqa: F401 - in annotations below


class DictDataQuerySet(QuerySet["DictData"]):
    def offered(self, code: str) -> DictDataQuerySet:
        """Keep the active entries of one dictionary, highest order first.

        Source: contract, 1.12: forms show the options of a code in this order.
        """
        return self.filter(type__code=code, is_active=True).order_by("-sort", "-pk")
