"""The navigation tree."""

from __future__ import annotations

from hashlib import blake2s
from typing import Any

from django.db.models import QuerySet

from apps.access.models import Menu
from apps.access.selectors.grants import grants_of
from apps.core.cached import PRINCIPALS, two_level
from apps.core.menus import MenuKind
from apps.core.times import iso_time
from apps.core.trees import nest
from apps.core.wire import wire_id


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
