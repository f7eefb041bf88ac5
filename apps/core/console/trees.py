"""Lists that are trees: rows in the order of the tree, indented, each branch to open and close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.console.arrange import ArrangeMixin
from apps.core.console.pages import ConsoleChangeList

INDENT = "\u2003"
STEP = '<span class="at-tree-indent"></span>'
LEAF = SafeString('<span class="at-tree-leaf"></span>')


@dataclass(frozen=True)
class Place:
    """Where a row stands: how deep, below whom, and whether anything stands below it."""

    depth: int
    parent: int | None
    has_children: bool
    path: tuple[str, ...]


def places_of(rows: Iterable[tuple[int, int | None, str]]) -> dict[int, Place]:
    """Return the place of each row, in the order of the tree.

    A row whose parent is not among the rows stands at the top; a circle stands nowhere.

    Args:
        rows: Key, parent's key and name, in the order in which siblings come.
    """
    listed = list(rows)
    names = {pk: name for pk, _parent, name in listed}
    below: dict[int | None, list[int]] = {}
    for pk, parent, _name in listed:
        below.setdefault(parent if parent in names else None, []).append(pk)
    places: dict[int, Place] = {}
    pending: list[tuple[int, int | None]] = [(pk, None) for pk in reversed(below.get(None, []))]
    while pending:
        pk, parent = pending.pop()
        above = places.get(parent) if parent else None
        path = (*above.path, names[parent]) if above and parent else ()
        places[pk] = Place(len(path), parent, pk in below, path)
        pending += [(child, pk) for child in reversed(below.get(pk, []))]
    return places


class TreeChangeList(ConsoleChangeList):
    """Orders the rows of a page by the tree. Of all rows only key, parent and name are read."""

    def get_results(self, request: HttpRequest) -> None:
        page: TreeModelAdmin = self.model_admin
        places = places_of(
            page.get_queryset(request)
            .order_by(*page.opts.ordering)
            .values_list("pk", "parent_id", page.tree_name)
        )
        found = set(self.queryset.order_by().values_list("pk", flat=True))
        ordered = [pk for pk in places if pk in found]
        is_whole = len(found) == len(places)
        paginator = page.get_paginator(request, ordered, self.list_per_page)
        self.result_count = self.full_result_count = paginator.count
        self.show_full_result_count = self.show_admin_actions = True
        self.multi_page = paginator.num_pages > 1
        self.can_show_all = False
        self.paginator = paginator
        shown = list(paginator.get_page(self.page_num).object_list)
        rows = self.queryset.in_bulk(shown)
        self.result_list = [rows[pk] for pk in shown if pk in rows]
        for row in self.result_list:
            row.tree_place = places[row.pk]
            row.tree_is_whole = is_whole


class TreeModelAdmin(ArrangeMixin):
    """A page of the console for a model with `parent`; name `tree_cell` first in `list_display`.

    Attributes:
        tree_name: The field that names a row.
    """

    tree_name = "name"
    list_display_links = None  # a button may not stand inside a link: `tree_cell` makes its own
    list_per_page = 200
    sortable_by: ClassVar[tuple[str, ...]] = ()
    list_before_template = "console/tree_tools.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return TreeChangeList

    def tree_cell(self, row: Any) -> SafeString:
        """Return the name of a row where the tree has it; after a search, with what is above."""
        place: Place = row.tree_place
        name = self.tree_title(row)
        link = self.url("change", row.pk)
        if not row.tree_is_whole:
            return format_html(
                '<span class="at-tree-name"><a class="at-tree-link" href="{}">{}</a>'
                '<span class="at-tree-path">{}</span></span>',
                link,
                name,
                " / ".join(place.path),
            )
        indent = SafeString(STEP * place.depth)
        return format_html(
            '<span class="at-tree-cell" data-tree-id="{}" data-tree-parent="{}">'
            '{}{}<a class="at-tree-link" href="{}">{}</a></span>',
            row.pk,
            place.parent or "",
            indent,
            _toggle(name) if place.has_children else LEAF,
            link,
            name,
        )

    tree_cell.short_description = gettext_lazy("name")  # type: ignore[attr-defined] # the admin's way


def _toggle(name: str) -> SafeString:
    return format_html(
        '<button type="button" class="at-tree-toggle" aria-expanded="true" aria-label="{}">'
        '<span class="material-symbols-outlined" aria-hidden="true">chevron_right</span></button>',
        _("Open or close %(name)s") % {"name": name},
    )


class TreeChoiceField(ModelChoiceField[Any]):
    """A choice among the rows of a tree, in its order and indented."""

    def __init__(
        self, queryset: QuerySet[Any], *, label: Any, tree_name: str = "name", **kwargs: Any
    ) -> None:
        self.tree_name = tree_name
        super().__init__(queryset, label=lazy(capfirst, str)(label), **kwargs)

    @property
    def choices(self) -> Any:
        """What the widget shows: read once for each form, as two columns and a name."""
        offered: Any = self.queryset
        rows = offered.values_list("pk", "parent_id", self.tree_name)
        found = {pk: name for pk, _parent, name in rows}
        places = places_of(rows)
        shown = [(pk, f"{INDENT * places[pk].depth}{found[pk]}") for pk in places]
        return [("", self.empty_label or ""), *shown]

    @choices.setter
    def choices(self, value: Any) -> None:
        """Take no others."""
