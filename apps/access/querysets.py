"""Reads that stay querysets, so that filters and pagination can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core.menus import MenuKind

if TYPE_CHECKING:
    from apps.access.models import Menu, ObjectGrant, Role  # noqa: F401 - named in the annotations below


class MenuQuerySet(QuerySet["Menu"]):
    def present(self) -> MenuQuerySet:
        """Keep what is not retired: everything that people may see at all."""
        return self.filter(is_retired=False)

    def granting(self) -> MenuQuerySet:
        """Keep the entries whose codes count."""
        return self.present().filter(is_active=True).exclude(perms="")

    def routes(self) -> MenuQuerySet:
        """Keep what a sidebar shows: everything but buttons, disabled entries too."""
        return self.present().exclude(kind=MenuKind.BUTTON)


class RoleQuerySet(QuerySet["Role"]):
    def active(self) -> RoleQuerySet:
        """Keep the roles that grant what they hold."""
        return self.filter(is_active=True)


class ObjectGrantQuerySet(QuerySet["ObjectGrant"]):
    def live(self) -> ObjectGrantQuerySet:
        """Keep the grants that have not run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
