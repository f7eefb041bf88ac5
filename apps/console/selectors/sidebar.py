"""The console's sidebar, made of the pages whose codes the operator holds."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.console import BinMixin, ConsoleModelAdmin
from apps.core.menus import declared_menus
from apps.core.plugins import PluginConfig

Group = dict[str, Any]


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
    for page in pages():
        if page.has_module_permission(request):
            title = _group_title(page)
            group = groups.setdefault(str(title), {"title": title, "items": []})
            group["items"].append(
                {
                    "title": capfirst(
                        str(labels.get(page.resource) or page.opts.verbose_name_plural)
                    ),
                    "icon": page.icon,
                    "link": page.url("changelist"),
                }
            )
    return list(groups.values())


def _bins(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the way to the first bin that the operator may see; it leads on to the others."""
    found = (
        {"title": _("Recycle bin"), "icon": "delete", "link": page.url("recycle_bin")}
        for page in pages()
        if isinstance(page, BinMixin) and page.has_bin_permission(request)
    )
    return list(islice(found, 1))


def pages() -> list[ConsoleModelAdmin]:
    """Return every page of the console: the platform's apps first, then the plugins."""
    order = {config.label: place for place, config in enumerate(apps.get_app_configs())}
    found: list[Any] = list(admin.site._registry.values())  # noqa: SLF001 - the admin has no other list
    return sorted(
        found, key=lambda page: (_is_plugin(page), order[page.opts.app_label], page.place)
    )


def _is_plugin(page: ConsoleModelAdmin) -> bool:
    return isinstance(page.opts.app_config, PluginConfig)


def _group_title(page: ConsoleModelAdmin) -> str | Promise:
    if _is_plugin(page):
        return _("Plugins")
    return capfirst(str(page.opts.app_config.verbose_name))
