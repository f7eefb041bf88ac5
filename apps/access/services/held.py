"""Nobody gives what they do not hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from django.utils.translation import gettext as _

from apps.access.errors import NotHeldError
from apps.access.models import DataScope, Role
from apps.access.selectors import is_unscoped, scope_ids_of, split_codes


class Actor(Protocol):
    """Who acts: a user. Services take None for a command, which may do anything."""

    @property
    def pk(self) -> Any:
        """Return the actor's key."""

    @property
    def is_superuser(self) -> bool:
        """Tell whether the actor may do anything."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Tell whether the actor holds a code."""


def ensure_held(*, actor: Actor | None, codes: Iterable[str]) -> None:
    """Let an actor pass who holds all of the codes.

    Raises:
        NotHeldError: Some are missing; it names them.
    """
    if missing := missing_codes(actor=actor, codes=codes):
        raise NotHeldError(missing=", ".join(missing))


def missing_codes(*, actor: Actor | None, codes: Iterable[str]) -> list[str]:
    """Return the codes that an actor does not hold, sorted."""
    if actor is None or actor.is_superuser:
        return []
    return sorted(code for code in set(codes) if not actor.has_perm(code))


def ensure_scopes_held(*, actor: Actor | None, scopes: Iterable[DataScope]) -> None:
    """Let an actor pass who holds all of the data scopes, or sees all rows anyway.

    Raises:
        NotHeldError: Some are missing; it names them.
    """
    held = held_scope_ids(actor=actor)
    if held is None:
        return
    if missing := [scope.name for scope in scopes if scope.pk not in held]:
        raise NotHeldError(missing=", ".join(missing))


def held_scope_ids(*, actor: Actor | None) -> set[int] | None:
    """Return the ids of the data scopes that an actor holds; None stands for all of them."""
    if actor is None or actor.is_superuser or is_unscoped(actor.pk):
        return None
    return scope_ids_of(actor.pk)


def ensure_all_rows_held(*, actor: Actor | None) -> None:
    """Let an actor pass whose view no data scope narrows.

    Raises:
        NotHeldError: The actor sees only some rows, and so may not let others see all.
    """
    if held_scope_ids(actor=actor) is not None:
        raise NotHeldError(missing=_("the view of all rows"))


def ensure_role_held(*, actor: Actor | None, role: Role) -> None:
    """Let an actor pass who holds everything that a role gives, disabled entries included.

    Raises:
        NotHeldError: Some codes or data scopes are missing; it names them.
    """
    if actor is None or actor.is_superuser:
        return
    ensure_held(actor=actor, codes=split_codes(role.menus.values_list("perms", flat=True)))
    if role.is_scoped:
        ensure_scopes_held(actor=actor, scopes=role.scopes.all())
    else:
        ensure_all_rows_held(actor=actor)


def roles_assignable(*, actor: Actor | None, roles: Iterable[Role]) -> None:
    """Let an actor pass who holds everything that the roles give.

    Call it with the roles that somebody would newly have.

    Raises:
        NotHeldError: Some codes or data scopes are missing; it names them.
    """
    for role in roles:
        ensure_role_held(actor=actor, role=role)
