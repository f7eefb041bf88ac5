"""Reads that stay querysets, so that filters and pagination can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from apps.organization.models import Department  # noqa: F401 - named in the annotation below


class DepartmentQuerySet(QuerySet["Department"]):
    def live(self) -> DepartmentQuerySet:
        """Keep the departments that are not deleted."""
        return self.filter(deleted_at__isnull=True)
