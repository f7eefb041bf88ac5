"""The menu table made to match what the code declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from apps.access.constants import VERB_NAMES, VERB_TITLES
from apps.access.models import Menu
from apps.core.cached import PRINCIPALS, invalidate
from apps.core.guards import CRUD_VERBS, Guard
from apps.core.menus import MenuEntry, MenuKind

TITLE_LENGTH = 64
READ = CRUD_VERBS["list"]


@dataclass
class MenusSynced:
    """How many entries were added, changed, retired and brought back."""

    added: int = 0
    changed: int = 0
    retired: int = 0
    returned: int = 0


@transaction.atomic
def menus_sync(*, entries: Iterable[MenuEntry], codes: Mapping[str, Guard]) -> MenusSynced:
    """Make the menu table match the pages and codes that the code declares.

    Pages are found again by name, buttons by code. What people may edit (title, icon, order,
    switches, remark) is written once and never again. What is declared no more is retired, not
    deleted: roles have it again when its plugin returns.

    Args:
        entries: See `apps.core.menus.declared_menus`.
        codes: Each code with its guard; see `apps.core.codes.declared_codes`.
    """
    with translation.override(settings.LANGUAGE_CODE):
        sync = _Sync()
        for entry in _parents_first(list(entries)):
            sync.put_page(entry, codes)
        for code, guard in codes.items():
            sync.put_button(code, guard)
        sync.retire()
    invalidate(PRINCIPALS)
    return sync.counts


class _Sync:
    """One run: the rows as they are, and what was done to them."""

    def __init__(self) -> None:
        self.counts = MenusSynced()
        self._rows = {menu.name: menu for menu in Menu.objects.select_for_update().order_by("pk")}
        self._touched: set[str] = set()
        self._pages: dict[str, tuple[Menu, MenuEntry]] = {}
        buttons = [menu for menu in self._rows.values() if menu.kind == MenuKind.BUTTON]
        self._buttons = {menu.perms: menu for menu in buttons}
        self._buttons |= {menu.perms: menu for menu in buttons if menu.is_builtin}

    def put_page(self, entry: MenuEntry, codes: Mapping[str, Guard]) -> None:
        """Write a declared page, directory or link."""
        own = [code for code in (f"{res}:{READ}" for res in entry.resources) if code in codes]
        fixed = {
            "kind": int(entry.kind),
            "parent": self._rows.get(entry.parent or ""),
            "path": entry.path,
            "component": entry.component,
            "link": entry.link,
            "perms": ",".join(dict.fromkeys([*own, *entry.also])),
        }
        first = {
            "title": self._free_title(str(entry.title), entry.name),
            "icon": entry.icon,
            "sort": entry.sort,
            "is_displayed": not entry.is_hidden,
        }
        page = self._put(entry.name, self._rows.get(entry.name), fixed, first)
        self._pages |= dict.fromkeys(entry.resources, (page, entry))

    def put_button(self, code: str, guard: Guard) -> None:
        """Write the button of a code below the page of its resource."""
        verb = code.removeprefix(f"{guard.resource}:")
        if verb == READ or guard.resource not in self._pages:
            return
        page, entry = self._pages[guard.resource]
        is_shared = len(entry.resources) > 1
        base = _pascal(guard.resource) if is_shared else page.name
        title = _title(verb)
        first = {
            "title": f"{title}: {guard.label}"[:TITLE_LENGTH] if is_shared else title,
            "is_displayed": False,
        }
        fixed = {"kind": int(MenuKind.BUTTON), "parent": page, "perms": code}
        found = self._buttons.get(code)
        name = found.name if found else self._free_name(_name(verb, base))
        self._put(name, found, fixed, first)

    def retire(self) -> None:
        """Put out of sight what is declared no more."""
        for menu in self._rows.values():
            if menu.is_builtin and not menu.is_retired and menu.name not in self._touched:
                menu.is_retired = True
                menu.save()
                self.counts.retired += 1

    def _put(
        self, name: str, menu: Menu | None, fixed: dict[str, Any], first: dict[str, Any]
    ) -> Menu:
        self._touched.add(name)
        fixed = {**fixed, "is_builtin": True, "is_retired": False}
        if menu is None:
            menu = Menu.objects.create(name=name, **fixed, **first)
            self._rows[name] = menu
            self.counts.added += 1
            return menu
        differing = {key for key, value in fixed.items() if getattr(menu, key) != value}
        if differing:
            self.counts.returned += "is_retired" in differing
            self.counts.changed += differing != {"is_retired"}
            for key in differing:
                setattr(menu, key, fixed[key])
            menu.save()
        return menu

    def _free_title(self, title: str, name: str) -> str:
        """Return the title, or another where somebody's own page has it already."""
        taken = {menu.title for menu in self._rows.values() if menu.kind != MenuKind.BUTTON}
        return title if title not in taken else f"{title} ({name})"[:TITLE_LENGTH]

    def _free_name(self, name: str) -> str:
        number = 2
        free = name
        while free in self._rows:
            free = f"{name}{number}"
            number += 1
        return free


def _parents_first(entries: list[MenuEntry]) -> Iterator[MenuEntry]:
    """Yield each entry after the one above it, whatever order they were declared in."""
    waiting = {entry.name: entry for entry in entries}
    while waiting:
        ready = [e for e in waiting.values() if e.parent not in waiting or e.parent == e.name]
        for entry in ready or list(waiting.values()):  # a circle, which a check reports
            yield waiting.pop(entry.name)


def _pascal(words: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[:_]", words))


def _name(verb: str, base: str) -> str:
    """Return `EditSysRoleMenu` for `menu:edit` on `SysRole`."""
    about, _colon, last = verb.rpartition(":")
    return f"{VERB_NAMES.get(last, _pascal(last))}{base}{_pascal(about)}"


def _title(verb: str) -> str:
    return str(VERB_TITLES.get(verb) or re.sub("[:_]", " ", verb).capitalize())
