"""Which rows a user may see: the one place where data permission is applied."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from apps.access.selectors.rules import condition_of
from apps.access.selectors.shares import shared_keys
from apps.access.selectors.views import View, view_of
from apps.core.scopes import Follows, scoped_of
from apps.core.visibility import Act


def visible_to(queryset: QuerySet[Any], user: Any, *, act: Act = Act.VIEW) -> QuerySet[Any]:
    """Return the rows that a signed-in user may see; the setting VISIBILITY names this function.

    Superusers, and whoever holds an active role that no data scope narrows, see all rows; so does
    everybody where the model says nothing of itself. The others see what their data scopes show,
    and the single rows that are shared with them for the act.
    """
    scoped = scoped_of(queryset.model)
    if scoped is None or user.is_superuser:
        return queryset
    return narrowed(queryset, view_of(user), act=act)


def scoped_to(queryset: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return the rows that a user sees by their roles alone, without what is shared with them."""
    if user.is_superuser:
        return queryset
    return narrowed(queryset, {**view_of(user), "shares": {}})


def narrowed(queryset: QuerySet[Any], view: View, *, act: Act = Act.VIEW) -> QuerySet[Any]:
    """Return the rows of a queryset that a view shows for an act."""
    model = queryset.model
    scoped = scoped_of(model)
    if scoped is None or view["is_open"]:
        return queryset
    if isinstance(scoped, Follows):
        target: Any = model._meta.get_field(scoped.relation).related_model
        act = Act.VIEW if act is Act.VIEW else Act.CHANGE  # what hangs on a row is a part of it
        seen = narrowed(target._default_manager.order_by(), view, act=act).values("pk")
        return queryset.filter(**{f"{scoped.relation}__in": seen})
    condition = condition_of(view, model, scoped)
    if condition is None:
        return queryset
    shared = shared_keys(view, model, act)
    if shared is not None:
        condition |= Q(pk__among_rows=shared)
    return queryset.filter(condition)
