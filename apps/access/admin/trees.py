"""The choice of what a role grants: the menu tree, to be ticked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.forms import ModelMultipleChoiceField, SelectMultiple
from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst

from apps.access.constants import VERB_TITLES
from apps.access.models import Menu
from apps.access.selectors import split_codes
from apps.access.services.held import Actor, missing_codes
from apps.core.menus import MenuKind, declared_menus

ICONS = {
    MenuKind.DIRECTORY: "folder",
    MenuKind.PAGE: "web_asset",
    MenuKind.EMBEDDED: "frame_inspect",
    MenuKind.LINK: "open_in_new",
}


@cache
def declared_labels() -> dict[str, str | Promise]:
    """Return what people call the entries that apps and plugins declare, by their names."""
    return {entry.name: entry.label for entry in declared_menus() if entry.label}


@cache
def button_labels() -> dict[str, str | Promise]:
    """Return the titles that buttons are seeded with, by how they read in each of our languages.

    A row keeps the words of the language in which it was seeded; an operator reads theirs.
    """
    labels: dict[str, str | Promise] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            labels |= {str(title): title for title in VERB_TITLES.values()}
    return labels


@dataclass
class Node:
    """An entry of the tree as the page shows it."""

    pk: int
    title: str
    codes: str
    icon: str
    is_checked: bool
    is_locked: bool
    children: list[Node] = field(default_factory=list)
    buttons: list[Node] = field(default_factory=list)


def tree_of(
    menus: Iterable[Menu], *, actor: Actor, chosen: Collection[int], kept: Collection[int]
) -> list[Node]:
    """Return the entries nested; what the actor does not hold is locked as it is.

    Args:
        menus: In the order of siblings.
        actor: Who looks.
        chosen: Keys that are ticked.
        kept: Keys that the role has now.
    """
    listed = list(menus)
    labels, buttons = declared_labels(), button_labels()
    missing = set(missing_codes(actor=actor, codes=split_codes(menu.perms for menu in listed)))
    nodes: dict[int, Node] = {}
    for menu in listed:
        is_locked = bool(split_codes([menu.perms]) & missing)
        is_button = menu.kind == MenuKind.BUTTON
        label = (buttons if is_button else labels).get(menu.title if is_button else menu.name)
        nodes[menu.pk] = Node(
            pk=menu.pk,
            title=capfirst(str(label or menu.title)),
            codes=menu.perms.replace(",", ", "),
            icon=ICONS.get(MenuKind(menu.kind), ""),
            is_checked=menu.pk in (kept if is_locked else chosen),
            is_locked=is_locked,
        )
    roots: list[Node] = []
    for menu in listed:
        parent = nodes.get(menu.parent_id or 0)
        if parent is None:
            roots.append(nodes[menu.pk])
        elif menu.kind == MenuKind.BUTTON:
            parent.buttons.append(nodes[menu.pk])
        else:
            parent.children.append(nodes[menu.pk])
    return roots


class PermissionTree(SelectMultiple):
    """Check boxes in a tree: groups tick all below them, a search narrows it, codes are shown."""

    template_name = "access/permission_tree.html"
    actor: Actor
    kept: Collection[int] = ()

    class Media:
        js: ClassVar = ["access/permission_tree.js"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super(SelectMultiple, self).get_context(name, value, attrs)
        chosen = {int(pk) for pk in value or () if str(pk).isdigit()}
        offered: Any = self.choices  # the iterator of a model choice
        context["roots"] = tree_of(
            offered.queryset,
            actor=self.actor,
            chosen=chosen,
            kept=self.kept,
        )
        return context

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> list[Any]:
        """Return none: the template shows the tree instead."""
        return []


class PermissionTreeField(ModelMultipleChoiceField[Menu]):
    """Menu entries, chosen in their tree by somebody who gives no more than they hold."""

    widget = PermissionTree

    def __init__(self, *, actor: Actor, **kwargs: Any) -> None:
        super().__init__(Menu.objects.present().order_by("sort", "pk"), required=False, **kwargs)
        self.widget.actor = actor
