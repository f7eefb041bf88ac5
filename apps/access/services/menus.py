"""The menu tree: entries made, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access.choices import MenuKind
from apps.access.constants import BUILTIN_COLUMNS, PARENT_KINDS
from apps.access.errors import (
    MenuBuiltinError,
    MenuChildrenError,
    MenuCycleError,
    MenuNameTakenError,
    MenuTitleTakenError,
)
from apps.access.models import Menu
from apps.access.selectors import split_codes
from apps.access.services.held import Actor, ensure_held
from apps.access.validators import CODE
from apps.core.cached import PRINCIPALS, invalidate
from apps.core.errors import InvalidInputError
from apps.core.trees import is_inside, lock_parents, switched


@transaction.atomic
def menu_create(*, actor: Actor | None, perms: str = "", **columns: Any) -> Menu:
    """Make an entry.

    Args:
        actor: Who makes it; None for a command, which may do anything.
        perms: The codes that it grants, comma-separated.
        columns: Further columns of `Menu`.

    Raises:
        MenuNameTakenError, MenuTitleTakenError: Another entry has it.
        NotHeldError: The actor does not hold every code.
        InvalidInputError: A code is malformed, or the parent is of the wrong kind.
    """
    menu = Menu(perms=_normal(perms), **columns)
    ensure_held(actor=actor, codes=split_codes([menu.perms]))
    _refuse_misplaced(menu)
    _refuse_taken(menu)
    menu.save(force_insert=True)
    invalidate(PRINCIPALS)
    return menu


@transaction.atomic
def menu_update(*, actor: Actor | None, menu: Menu, **columns: Any) -> Menu:
    """Change the columns given; `parent` moves the entry and all below it.

    Raises:
        MenuNameTakenError, MenuTitleTakenError: Another entry has it.
        MenuBuiltinError: The platform declares the entry, and this is not for people to change.
        MenuCycleError: The parent is the entry itself or stands below it.
        NotHeldError: The actor does not hold every code, those before the change included.
        InvalidInputError: A code is malformed, or an entry would be of the wrong kind.
    """
    if "perms" in columns:
        columns["perms"] = _normal(columns["perms"])
    codes = split_codes([menu.perms])
    ensure_held(actor=actor, codes=codes | split_codes([columns.get("perms", "")]))
    _refuse_builtin(menu, columns)
    if columns.get("parent") is not None:
        parents = lock_parents(Menu.objects.all())
        if is_inside(parents, columns["parent"].pk, menu.pk):
            raise MenuCycleError
    for name, value in columns.items():
        setattr(menu, name, value)
    _refuse_misplaced(menu)
    _refuse_misplaced_children(menu)
    _refuse_taken(menu)
    menu.save()
    invalidate(PRINCIPALS)
    return menu


@transaction.atomic
def menus_set_active(*, actor: Actor | None, menus: Iterable[Menu], is_active: bool) -> int:
    """Enable or disable entries; those below are disabled with one, those above enabled with it.

    Returns:
        How many changed.

    Raises:
        NotHeldError: The actor does not hold every code of them.
    """
    parents = lock_parents(Menu.objects.all())
    wanted = switched(parents, [menu.pk for menu in menus], is_active=is_active)
    changed = list(Menu.objects.present().filter(pk__in=wanted).exclude(is_active=is_active))
    ensure_held(actor=actor, codes=split_codes([menu.perms for menu in changed]))
    for menu in changed:
        menu.is_active = is_active
        menu.save()
    invalidate(PRINCIPALS)
    return len(changed)


@transaction.atomic
def menu_delete(*, actor: Actor | None, menu: Menu) -> None:
    """Delete an entry; roles lose it.

    Raises:
        MenuBuiltinError: The platform or a plugin declares it.
        MenuChildrenError: Entries stand below it.
        NotHeldError: The actor does not hold every code of it.
    """
    if menu.is_builtin:
        raise MenuBuiltinError
    if menu.children.exists():
        raise MenuChildrenError
    ensure_held(actor=actor, codes=split_codes([menu.perms]))
    menu.delete()
    invalidate(PRINCIPALS)


def _normal(perms: str) -> str:
    """Return codes trimmed, each once, in the order given."""
    codes = list(dict.fromkeys(code.strip() for code in perms.split(",") if code.strip()))
    for code in codes:
        if not CODE.fullmatch(code):
            text = _("%(code)s is not a permission code such as sys:role:add.") % {"code": code}
            raise InvalidInputError(field="perms", message=text)
    joined = ",".join(codes)
    if len(joined) > (Menu._meta.get_field("perms").max_length or 0):
        raise InvalidInputError(field="perms", message=_("These are too many codes for one entry."))
    return joined


def _refuse_builtin(menu: Menu, columns: dict[str, Any]) -> None:
    if not menu.is_builtin:
        return
    now = {name: getattr(menu, name) for name in BUILTIN_COLUMNS}
    is_kept = all(columns.get(name, value) == value for name, value in now.items())
    codes = split_codes([columns.get("perms", menu.perms)])
    if not is_kept or codes != split_codes([menu.perms]):
        raise MenuBuiltinError


def _refuse_misplaced(menu: Menu) -> None:
    parent = menu.parent
    if parent is None:
        if menu.kind == MenuKind.BUTTON:
            raise InvalidInputError(field="parent_id", message=_("A button stands below a page."))
    elif parent.kind not in PARENT_KINDS[menu.kind]:
        text = _("An entry of the kind “%(kind)s” cannot stand below one of the kind “%(above)s”.")
        kinds = {"kind": MenuKind(menu.kind).label, "above": MenuKind(parent.kind).label}
        raise InvalidInputError(field="parent_id", message=text % kinds)


def _refuse_misplaced_children(menu: Menu) -> None:
    kinds = set(menu.children.order_by().values_list("kind", flat=True).distinct())
    if any(menu.kind not in PARENT_KINDS[kind] for kind in kinds):
        raise InvalidInputError(
            field="type", message=_("Entries below this one do not fit this kind.")
        )


def _refuse_taken(menu: Menu) -> None:
    others = Menu.objects.exclude(pk=menu.pk)
    if others.filter(name=menu.name).exists():
        raise MenuNameTakenError
    if menu.kind != MenuKind.BUTTON and others.filter(page_title=menu.title).exists():
        raise MenuTitleTakenError
