"""Reads that stay querysets, so that filters and pagination can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from apps.core.trees import below

if TYPE_CHECKING:
    from apps.organization.models import Department  # noqa: F401 - named in the annotation below


class DepartmentQuerySet(QuerySet["Department"]):
    def keys_below(self, pk: int) -> list[int]:
        """Return the keys of a department and of all below it, sorted."""
        return sorted(below(dict(self.order_by().values_list("pk", "parent_id")), pk))
