"""What roles grant: codes, names, data scopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.access.models import DataScope, Menu, Role
from apps.core.cached import PRINCIPALS, cached


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
    rows = Menu.objects.granting().filter(roles__in=role_ids)
    return split_codes(rows.order_by().values_list("perms", flat=True).distinct())


def split_codes(perms: Iterable[str]) -> frozenset[str]:
    """Return the codes in comma-separated columns."""
    return frozenset(code.strip() for text in perms for code in text.split(",") if code.strip())


@cached("codes", tags=(PRINCIPALS,))
def all_codes() -> list[str]:
    """Return the codes of all active menus, sorted: what a superuser holds by name."""
    rows = Menu.objects.granting().order_by().values_list("perms", flat=True)
    return sorted(split_codes(rows))


def is_unscoped(user_id: int) -> bool:
    """Tell whether one active role of a user lets them see all rows."""
    return Role.objects.active().filter(users=user_id, is_scoped=False).exists()


def scope_ids_of(user_id: int) -> set[int]:
    """Return the ids of the data scopes that the active roles of a user hold."""
    held = DataScope.objects.filter(roles__in=Role.objects.active().filter(users=user_id))
    return set(held.order_by().values_list("pk", flat=True))
