"""The one function through which every read and write finds its rows."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from apps.core.errors import OutOfSightError

M = TypeVar("M", bound=Model)


class Act(StrEnum):
    """What rows are looked for; each includes the ones before it."""

    VIEW = "view"
    CHANGE = "change"
    DELETE = "delete"


class VisibleTo(Protocol):
    """What the setting VISIBILITY names: keep the rows that a user may see, for an act."""

    def __call__(self, queryset: QuerySet[Any], user: Any, *, act: Act) -> QuerySet[Any]: ...


def visible_to(queryset: QuerySet[M], user: Any, *, act: Act = Act.VIEW) -> QuerySet[M]:
    """Return the rows of `queryset` that `user` may see: list, detail, write, export, console.

    A stranger sees nothing. What a signed-in user sees is decided by the function that the
    setting VISIBILITY names, so that core needs no knowledge of roles and scopes.

    Args:
        queryset: The rows to choose from.
        user: Who asks.
        act: What they are looked for. A row that is shared for less is not found.
    """
    if user is None or isinstance(user, AnonymousUser):
        return queryset.none()
    return _filter()(queryset, user, act=act)


def may(instance: Model, user: Any, act: Act = Act.VIEW) -> bool:
    """Tell whether a user finds one row for an act: a form's buttons, an event about a row."""
    rows = type(instance)._default_manager.filter(pk=instance.pk)
    return visible_to(rows, user, act=act).exists()


def act_of(method: str | None) -> Act:
    """Return what rows are looked for by a request with this HTTP method."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return Act.VIEW
    return Act.DELETE if method == "DELETE" else Act.CHANGE


def verify_visible(instance: Model, user: Any) -> None:
    """Look a row up again after a write; nobody moves a row out of, or into, what they may see.

    A row that is only shared with its writer to look at counts as out of sight.

    Raises:
        OutOfSightError: The row is not among the visible ones; the transaction must be undone.
    """
    if not may(instance, user, Act.CHANGE):
        raise OutOfSightError


def ensure_in_sight(rows: Sequence[M], *, user: Any) -> None:
    """Let rows pass that a user may see; for those that a write takes along.

    Raises:
        OutOfSightError: One of them is not among the visible ones.
    """
    if rows:
        found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
        if visible_to(found, user, act=Act.CHANGE).count() != len(rows):
            raise OutOfSightError


@lru_cache(maxsize=1)
def _filter() -> VisibleTo:
    found: VisibleTo = import_string(settings.VISIBILITY)
    return found
