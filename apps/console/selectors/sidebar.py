"""The console's sidebar, made of the pages whose codes the operator holds."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.apps import AppConfig, apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.console import BinMixin, ConsoleModelAdmin
from apps.core.console.boards import Board, boards
from apps.core.menus import declared_menus
from apps.core.plugins import PluginConfig

Group = dict[str, Any]
Entry = tuple[tuple[bool, int, int], AppConfig, dict[str, Any]]
"""Where an entry stands, whose it is, and what it shows."""


def navigation(request: HttpRequest) -> list[Group]:
    """Return the groups of the sidebar: one for each app, one for all plugins."""
    labels = {
        resource: entry.label
        for entry in declared_menus()
        for resource in entry.resources[:1]
        if entry.label
    }
    home = {"title": _("Dashboard"), "icon": "space_dashboard", "link": reverse("admin:index")}
    groups: dict[str, Group] = {"": {"title": "", "items": [home, *_bins(request)]}}
    entries = [entry for page in pages() if (entry := _page_entry(request, page, labels))]
    entries += [entry for page in boards() if (entry := _board_entry(request, page))]
    # A stable sort: pages of models stay before those of none where nothing says otherwise.
    for _where, config, item in sorted(entries, key=lambda entry: entry[0]):
        title = _group_title(config)
        group = groups.setdefault(str(title), {"title": title, "items": []})
        group["items"].append(item)
    return list(groups.values())


def _page_entry(
    request: HttpRequest, page: ConsoleModelAdmin, labels: dict[str, Any]
) -> Entry | None:
    if not page.has_module_permission(request):
        return None
    label = page.label or labels.get(page.resource) or page.opts.verbose_name_plural
    item = {"title": capfirst(str(label)), "icon": page.icon, "link": page.url("changelist")}
    return _where(page.opts.app_config, page.place), page.opts.app_config, item


def _board_entry(request: HttpRequest, page: Board) -> Entry | None:
    if page.label is None or not page.is_open_to(request):
        return None
    config = apps.get_app_config(page.app_label)
    item = {"title": capfirst(str(page.label)), "icon": page.icon, "link": page.url()}
    return _where(config, page.place), config, item


def _bins(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the way to the first bin that the operator may see; it leads on to the others."""
    found = (
        {"title": _("Recycle bin"), "icon": "delete", "link": page.url("recycle_bin")}
        for page in pages()
        if isinstance(page, BinMixin) and page.has_bin_permission(request)
    )
    return list(islice(found, 1))


def pages() -> list[ConsoleModelAdmin]:
    """Return every page of a model: the platform's apps first, then the plugins."""
    found: list[Any] = list(admin.site._registry.values())  # noqa: SLF001 - the admin has no other list
    return sorted(found, key=lambda page: _where(page.opts.app_config, page.place))


def _where(config: AppConfig, place: int) -> tuple[bool, int, int]:
    order = list(apps.app_configs).index(config.label)
    return isinstance(config, PluginConfig), order, place


def _group_title(config: AppConfig) -> str | Promise:
    if isinstance(config, PluginConfig):
        return _("Plugins")
    return capfirst(str(config.verbose_name))
