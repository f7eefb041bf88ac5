"""Data scopes: made, changed, filled with rules and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.access.errors import ScopeNameTakenError
from apps.access.models import DataRule, DataScope, Role
from apps.access.services.held import Actor, ensure_all_rows_held
from apps.core.cached import PRINCIPALS, invalidate


@transaction.atomic
def scope_create(*, name: str, **columns: Any) -> DataScope:
    """Make a scope without rules; no role has it yet.

    Raises:
        ScopeNameTakenError: Another scope has the name.
    """
    _refuse_taken(name, but=None)
    return DataScope.objects.create(name=name, **columns)


@transaction.atomic
def scope_update(*, actor: Actor | None, scope: DataScope, **columns: Any) -> DataScope:
    """Change the columns given.

    Raises:
        ScopeNameTakenError: Another scope has the name.
        NotHeldError: Roles have the scope, and the actor does not see all rows.
    """
    if "name" in columns:
        _refuse_taken(columns["name"], but=scope)
    if columns.get("is_active", scope.is_active) != scope.is_active:
        _ensure_changeable(actor, [scope])
    for name, value in columns.items():
        setattr(scope, name, value)
    scope.save()
    invalidate(PRINCIPALS)
    return scope


@transaction.atomic
def scopes_set_active(*, actor: Actor | None, scopes: Iterable[DataScope], is_active: bool) -> int:
    """Enable or disable scopes: all of them or none; return how many changed.

    Raises:
        NotHeldError: Roles have one of them, and the actor does not see all rows.
    """
    changed = [scope for scope in scopes if scope.is_active != is_active]
    for scope in changed:
        scope_update(actor=actor, scope=scope, is_active=is_active)
    return len(changed)


@transaction.atomic
def scope_set_rules(
    *, actor: Actor | None, scope: DataScope, rules: Iterable[DataRule]
) -> DataScope:
    """Replace the rules of a scope.

    Raises:
        NotHeldError: Roles have the scope, and the actor does not see all rows.
    """
    wanted = {rule.pk for rule in rules}
    if wanted != set(scope.rules.values_list("pk", flat=True)):
        _ensure_changeable(actor, [scope])
    scope.rules.set(wanted)
    invalidate(PRINCIPALS)
    return scope


@transaction.atomic
def scopes_delete(*, actor: Actor | None, scopes: Iterable[DataScope]) -> None:
    """Delete scopes; the roles that have them lose them, and see the less for it.

    Raises:
        NotHeldError: Roles have one of them, and the actor does not see all rows.
    """
    listed = list(scopes)
    _ensure_changeable(actor, listed)
    DataScope.objects.filter(pk__in=[scope.pk for scope in listed]).delete()
    invalidate(PRINCIPALS)


def _refuse_taken(name: str, *, but: DataScope | None) -> None:
    others = DataScope.objects.exclude(pk=but.pk) if but else DataScope.objects.all()
    if others.filter(name=name).exists():
        raise ScopeNameTakenError


def _ensure_changeable(actor: Actor | None, scopes: list[DataScope]) -> None:
    """Whoever changed a scope that they see by could let themselves see everything."""
    if Role._base_manager.filter(scopes__in=scopes).exists():  # one in the bin may return
        ensure_all_rows_held(actor=actor)
