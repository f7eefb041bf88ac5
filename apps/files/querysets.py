"""Reads that stay querysets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet, Sum

from apps.files.choices import Kind, Purpose

if TYPE_CHECKING:
    from apps.files.models import Node  # noqa: F401 - named in the annotation below


class NodeQuerySet(QuerySet["Node"]):
    def live(self) -> NodeQuerySet:
        """Keep what is not in the bin."""
        return self.filter(deleted_at__isnull=True)

    def managed(self) -> NodeQuerySet:
        """Keep what the manager shows; pictures of users are not among it."""
        return self.filter(purpose=Purpose.KEPT)

    def folders(self) -> NodeQuerySet:
        """Keep the folders."""
        return self.filter(kind=Kind.FOLDER)

    def bytes_used(self, user_id: int) -> int:
        """Return the bytes that are somebody's, the bin included."""
        owned = self.filter(created_by_id=user_id)
        total: int | None = owned.aggregate(total=Sum("size_bytes"))["total"]
        return total or 0
