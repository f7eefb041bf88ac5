"""Roles: made, changed, filled and deleted, by somebody who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.access.errors import RoleNameTakenError, RoleRestoreNameError
from apps.access.models import DataScope, Menu, Role
from apps.access.selectors import split_codes
from apps.access.services.held import (
    Actor,
    ensure_all_rows_held,
    ensure_held,
    ensure_role_held,
    ensure_scopes_held,
    held_scope_ids,
    missing_codes,
)
from apps.core.cached import PRINCIPALS, invalidate


@transaction.atomic
def role_create(
    *, actor: Actor | None, name: str, is_scoped: bool | None = None, **columns: Any
) -> Role:
    """Make a role that holds nothing yet.

    Args:
        actor: Who makes it; None for a command, which may do anything.
        is_scoped: Whether the role sees only its data scopes; None for as its maker does: who sees
            all rows makes roles that do, until somebody chooses scopes for them.
        columns: Further columns of `Role`.

    Raises:
        RoleNameTakenError: Another role has the name.
        NotHeldError: The role would see all rows, and the actor does not.
    """
    _refuse_taken(name, but=None)
    if is_scoped is None:
        is_scoped = held_scope_ids(actor=actor) is not None
    if not is_scoped:
        ensure_all_rows_held(actor=actor)
    made = Role.objects.create(name=name, is_scoped=is_scoped, **columns)
    invalidate(PRINCIPALS)
    return made


@transaction.atomic
def role_update(*, actor: Actor | None, role: Role, **columns: Any) -> Role:
    """Change the columns given.

    Raises:
        RoleNameTakenError: Another role has the name.
        NotHeldError: The actor would switch on or off what they do not hold.
    """
    if "name" in columns:
        _refuse_taken(columns["name"], but=role)
    if columns.get("is_active", role.is_active) != role.is_active:
        ensure_role_held(actor=actor, role=role)
    if columns.get("is_scoped", role.is_scoped) != role.is_scoped:
        ensure_all_rows_held(actor=actor)
    for name, value in columns.items():
        setattr(role, name, value)
    role.save()
    invalidate(PRINCIPALS)
    return role


@transaction.atomic
def roles_set_active(*, actor: Actor | None, roles: Iterable[Role], is_active: bool) -> int:
    """Enable or disable roles: all of them or none; return how many changed.

    Raises:
        NotHeldError: The actor does not hold what one of them gives.
    """
    changed = [role for role in roles if role.is_active != is_active]
    for role in changed:
        role_update(actor=actor, role=role, is_active=is_active)
    return len(changed)


@transaction.atomic
def roles_delete(*, actor: Actor | None, roles: Iterable[Role]) -> None:
    """Move roles into the bin: all of them or none. Who holds one has nothing of it from now on.

    Raises:
        NotHeldError: The actor does not hold what one of them gives.
    """
    for role in roles:
        ensure_role_held(actor=actor, role=role)
        role.move_to_bin()
    invalidate(PRINCIPALS)


@transaction.atomic
def role_restore(*, actor: Actor | None, role: Role, **columns: Any) -> Role:
    """Take a role out of the bin, with what it grants, for whoever held it.

    Args:
        columns: What it is to have instead: `name`.

    Raises:
        RoleRestoreNameError: Another role has the name.
        NotHeldError: The actor does not hold what the role gives.
    """
    ensure_role_held(actor=actor, role=role)
    name = columns.get("name", role.name)
    if Role.objects.filter(name=name).exists():
        raise RoleRestoreNameError(name=name)
    role.take_out_of_bin(**columns)
    invalidate(PRINCIPALS)
    return role


@transaction.atomic
def roles_purge(*, actor: Actor | None, roles: Iterable[Role]) -> None:
    """Delete roles in the bin for good: all of them or none. Who held one has lost it.

    Raises:
        NotHeldError: The actor does not hold what one of them gives.
    """
    for role in roles:
        ensure_role_held(actor=actor, role=role)
        role.delete()


@transaction.atomic
def role_set_menus(*, actor: Actor | None, role: Role, menus: Iterable[Menu]) -> Role:
    """Replace what a role grants.

    The entries above are granted with an entry, so that the menu can show it. What the role has
    and the actor does not hold stays: nobody takes away what they cannot see.

    Raises:
        NotHeldError: The actor does not hold every code that the role would newly grant.
    """
    tree = {menu.pk: menu for menu in Menu.objects.all()}
    present = set(role.menus.values_list("pk", flat=True))
    kept = {pk for pk in present if tree[pk].is_retired or _is_out_of_reach(actor, tree[pk])}
    wanted = _with_those_above(tree, {menu.pk for menu in menus} | kept)
    ensure_held(actor=actor, codes=split_codes(tree[pk].perms for pk in wanted - present))
    role.menus.set(wanted)
    invalidate(PRINCIPALS)
    return role


@transaction.atomic
def role_set_scopes(*, actor: Actor | None, role: Role, scopes: Iterable[DataScope]) -> Role:
    """Replace the data scopes of a role; those that the actor does not hold stay.

    Raises:
        NotHeldError: The actor does not hold every scope that the role would newly have.
    """
    present = {scope.pk: scope for scope in role.scopes.all()}
    wanted = {scope.pk: scope for scope in scopes}
    new = [scope for pk, scope in wanted.items() if pk not in present]
    ensure_scopes_held(actor=actor, scopes=new)
    held = held_scope_ids(actor=actor)
    kept = set() if held is None else present.keys() - held
    role.scopes.set(wanted.keys() | kept)
    invalidate(PRINCIPALS)
    return role


def _refuse_taken(name: str, *, but: Role | None) -> None:
    others = Role.objects.exclude(pk=but.pk) if but else Role.objects.all()
    if others.filter(name=name).exists():
        raise RoleNameTakenError


def _is_out_of_reach(actor: Actor | None, menu: Menu) -> bool:
    return bool(missing_codes(actor=actor, codes=split_codes([menu.perms])))


def _with_those_above(tree: Mapping[int, Menu], pks: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for pk in pks:
        current: int | None = pk
        while current is not None and current not in found:
            found.add(current)
            current = tree[current].parent_id
    return found
