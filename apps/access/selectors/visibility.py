"""Which rows a user may see: the one place where data permission is applied."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.access.selectors.rules import condition_of
from apps.access.selectors.views import View, view_of
from apps.core.scopes import Follows, scoped_of


def visible_to(queryset: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return the rows that a signed-in user may see; the setting VISIBILITY names this function.

    Superusers, and whoever holds an active role that no data scope narrows, see all rows; so does
    everybody where the model says nothing of itself. The others see what their data scopes show.
    """
    scoped = scoped_of(queryset.model)
    if scoped is None or user.is_superuser:
        return queryset
    return narrowed(queryset, view_of(user))


def narrowed(queryset: QuerySet[Any], view: View) -> QuerySet[Any]:
    """Return the rows of a queryset that a view shows."""
    model = queryset.model
    scoped = scoped_of(model)
    if scoped is None or view["is_open"]:
        return queryset
    if isinstance(scoped, Follows):
        target: Any = model._meta.get_field(scoped.relation).related_model
        seen = narrowed(target._default_manager.order_by(), view).values("pk")
        return queryset.filter(**{f"{scoped.relation}__in": seen})
    condition = condition_of(view, model, scoped)
    return queryset if condition is None else queryset.filter(condition)
