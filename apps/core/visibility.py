"""The one function through which every read and write finds its rows."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from apps.core.errors import OutOfSightError

M = TypeVar("M", bound=Model)


class VisibleTo(Protocol):
    """What the setting VISIBILITY names: keep the rows of a queryset that a user may see."""

    def __call__(self, queryset: QuerySet[Any], user: Any) -> QuerySet[Any]: ...


def visible_to(queryset: QuerySet[M], user: Any) -> QuerySet[M]:
    """Return the rows of `queryset` that `user` may see: list, detail, write, export, console.

    A stranger sees nothing. What a signed-in user sees is decided by the function that the
    setting VISIBILITY names, so that core needs no knowledge of roles and scopes.
    """
    if user is None or isinstance(user, AnonymousUser):
        return queryset.none()
    return _filter()(queryset, user)


def verify_visible(instance: Model, user: Any) -> None:
    """Look a row up again after a write; nobody moves a row out of, or into, what they may see.

    Raises:
        OutOfSightError: The row is not among the visible ones; the transaction must be undone.
    """
    manager = type(instance)._default_manager
    if not visible_to(manager.all(), user).filter(pk=instance.pk).exists():
        raise OutOfSightError


def ensure_in_sight(rows: Sequence[M], *, user: Any) -> None:
    """Let rows pass that a user may see; for those that a write takes along.

    Raises:
        OutOfSightError: One of them is not among the visible ones.
    """
    if rows:
        found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
        if visible_to(found, user).count() != len(rows):
            raise OutOfSightError


@lru_cache(maxsize=1)
def _filter() -> VisibleTo:
    found: VisibleTo = import_string(settings.VISIBILITY)
    return found
