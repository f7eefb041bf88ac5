"""Reads whose answer is not a queryset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any

from django.db.models import QuerySet

from apps.access.models import DataScope, Menu, Role
from apps.core.cached import PRINCIPALS, cached, two_level
from apps.core.menus import MenuKind
from apps.core.times import iso_time
from apps.core.trees import nest
from apps.core.wire import wire_id


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
    held = DataScope.objects.filter(roles__users=user_id, roles__is_active=True)
    return set(held.order_by().values_list("pk", flat=True))


def sidebar_of(user: Any) -> list[dict[str, Any]]:
    """Return the navigation tree of a signed-in user; no SQL while it is cached.

    Superusers get every entry, the others what their active roles hold. An entry whose parent
    is not among them becomes a root. Disabled entries stay and are flagged.
    """
    if user.is_superuser:
        routes = Menu.objects.routes()
        key = "sidebar:all"
    else:
        role_ids = sorted(_role_ids(user))
        if not role_ids:
            return []
        routes = Menu.objects.routes().filter(roles__in=role_ids).distinct()
        key = f"sidebar:{blake2s(repr(role_ids).encode(), digest_size=16).hexdigest()}"
    return two_level.get(key, lambda: _sidebar(routes), tags=(PRINCIPALS,))


def _role_ids(user: Any) -> list[int]:
    """Return the ids of a user's active roles: from the snapshot, where the request brought one."""
    if user.principal is None:
        return grants_of(user.pk).role_ids
    role_ids: list[int] = user.principal["role_ids"]
    return role_ids


def _sidebar(routes: QuerySet[Menu]) -> list[dict[str, Any]]:
    return nest((_route(menu) for menu in routes), leaf_has_key=False)


def _route(menu: Menu) -> dict[str, Any]:
    """Return a node as the front end's router wants it. Source: contract, 4.3."""
    return {
        "id": wire_id(menu.pk),
        "name": menu.name,
        "path": menu.path or None,
        "sort": menu.sort,
        "type": menu.kind,
        "component": menu.component or None,
        "perms": menu.perms or None,
        "remark": menu.remark or None,
        "parent_id": wire_id(menu.parent_id),
        "created_time": iso_time(menu.created_at),
        "updated_time": iso_time(menu.updated_at),
        "meta": {
            "title": menu.title,
            "icon": menu.icon or None,
            "iframeSrc": menu.link if menu.kind == MenuKind.EMBEDDED else "",
            "link": menu.link if menu.kind == MenuKind.LINK else "",
            "keepAlive": int(menu.is_cached),
            "hideInMenu": not menu.is_displayed,
            "menuVisibleWithForbidden": not menu.is_active,
        },
    }


def visible_to(queryset: QuerySet[Any], user: Any) -> QuerySet[Any]:  # noqa: ARG001 - VISIBILITY's signature
    """Return the rows that a signed-in user may see; the setting VISIBILITY names this function.

    Superusers see all rows. Data scopes narrow the others' view here, for every path at once.
    """
    return queryset
