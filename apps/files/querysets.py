"""Reads that stay querysets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, QuerySet, Sum, Value, When

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

    def folders_first(self) -> NodeQuerySet:
        """Order as people look for things: folders, then files, by name."""
        is_file = Case(When(kind=Kind.FOLDER, then=Value(0)), default=Value(1))
        return self.order_by(is_file, "name", "pk")

    def binned(self) -> NodeQuerySet:
        """Keep what went into the bin by itself, not with the folder around it."""
        return self.managed().filter(deleted_at__isnull=False, bin_root_id=F("pk"))

    def bytes_used(self, user_id: int) -> int:
        """Return the bytes that are somebody's, the bin included."""
        owned = self.filter(created_by_id=user_id)
        total: int | None = owned.aggregate(total=Sum("size_bytes"))["total"]
        return total or 0
