"""Reads that stay querysets, so that filters and pagination can go on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import BaseUserManager
from django.db.models import QuerySet
from django.utils import timezone

from apps.core.models import LiveManager

if TYPE_CHECKING:
    from apps.accounts.models import Session, User  # noqa: F401 - named in the annotations below


class UserQuerySet(QuerySet["User"]):
    def active(self) -> UserQuerySet:
        """Keep the users who may sign in."""
        return self.filter(is_active=True)


class UserManager(LiveManager[Any], BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc] # a manager made by a call
    """Users are made by `services.user_create`; this is what Django itself asks for."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user of a name, as Django's password backends look them up."""
        user: User = self.get(username=username)
        return user


class SessionQuerySet(QuerySet["Session"]):
    def live(self) -> SessionQuerySet:
        """Keep the sessions that are neither closed nor expired."""
        return self.filter(closed_at__isnull=True, expires_at__gt=timezone.now())
