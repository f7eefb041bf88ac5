"""System checks that keep permission, menu and plugin declarations whole."""

import re
from collections import Counter
from ipaddress import ip_network
from itertools import combinations
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - the name of Django's class

from apps.core.codes import declared_codes, iter_operations
from apps.core.guards import Access, Guard
from apps.core.menus import declared_menus
from apps.core.plugins import PluginConfig

RESOURCE = re.compile(r"[a-z0-9]+:[a-z0-9_]+")
FOREIGN_PREFIXES = ("drf_spectacular.", "rest_framework.")


def check_guards(**_kwargs: Any) -> list[CheckMessage]:
    """Report every API view that declares no guard, and every action that has no verb."""
    messages: list[CheckMessage] = []
    owners: dict[str, object] = {}
    for operation in iter_operations():
        view, guard = operation.view, operation.guard
        if view.__module__.startswith(FOREIGN_PREFIXES) or isinstance(guard, Access):
            continue
        if not isinstance(guard, Guard):
            messages.append(Error("The view declares no guard.", obj=view, id="core.E001"))
            continue
        if not RESOURCE.fullmatch(guard.resource):
            text = f"{guard.resource!r} is not '<area>:<resource>'."
            messages.append(Error(text, obj=view, id="core.E002"))
        owner = _owner(view, guard)
        if owners.setdefault(guard.resource, owner) != owner:
            text = f"{guard.resource!r} has another owner."
            messages.append(Error(text, obj=view, id="core.E003"))
        if operation.need is None:
            text = f"The action {operation.action!r} has no verb."
            messages.append(Error(text, obj=view, id="core.E004"))
    # The same view stands behind several operations; messages cannot be put into a set.
    return [m for number, m in enumerate(messages) if m not in messages[:number]]


def _owner(view: type, guard: Guard) -> object:
    """Return who alone may use the codes: a view, or the app of views that share a resource."""
    return view.__module__.partition(".api")[0] if guard.name else view


def check_menus(**_kwargs: Any) -> list[CheckMessage]:
    """Report codes without a menu row, and pages that name what nobody guards."""
    entries = list(declared_menus())
    codes = declared_codes()
    resources = {guard.resource for guard in codes.values()}
    owners = {resource for entry in entries for resource in entry.resources}
    names = Counter(entry.name for entry in entries)
    return [
        *(
            Error(f"The codes of {resource!r} hang below no page of menus.py.", id="core.E010")
            for resource in sorted(resources - owners)
        ),
        *(
            Error(f"A page names {resource!r}, which no viewset guards.", id="core.E011")
            for resource in sorted(owners - resources)
        ),
        *(
            Error(f"Two menu entries are named {name!r}.", id="core.E012")
            for name, times in names.items()
            if times > 1
        ),
        *(
            Error(f"The page {entry.name!r} names the unknown code {code!r}.", id="core.E013")
            for entry in entries
            for code in entry.also
            if code not in codes
        ),
        *(
            Error(f"{entry.name!r} names the unknown parent {entry.parent!r}.", id="core.E014")
            for entry in entries
            if entry.parent and entry.parent not in names
        ),
    ]


def check_proxies(**_kwargs: Any) -> list[CheckMessage]:
    """Report every trusted proxy that is neither an address nor a network."""
    messages: list[CheckMessage] = []
    for entry in settings.ATRIUM.trusted_proxies:
        try:
            ip_network(entry, strict=False)
        except ValueError:
            text = f"ATRIUM_TRUSTED_PROXIES: {entry!r} is neither an address nor a network."
            messages.append(Error(text, id="core.E030"))
    return messages


def check_plugins(**_kwargs: Any) -> list[CheckMessage]:
    """Report refused plugins, and routes of plugins that another route hides."""
    refused = settings.PLUGIN_REGISTRY.refused
    # One operation for each view on each path: what hides one method hides them all.
    operations = {(found.route, found.view): found for found in iter_operations()}.values()
    return [
        *(
            Warning(f"The plugin {name} is refused: {reason}", id="core.W020")
            for name, reason in refused.items()
        ),
        *(
            Error(f"{late.route} is hidden by {early.route}.", obj=late.view, id="core.E022")
            for early, late in combinations(operations, 2)
            if late.view is not early.view
            and _plugin_of(late.view) is not None
            and _covers(early.route, late.route)
        ),
    ]


def _plugin_of(view: type) -> PluginConfig | None:
    config = apps.get_containing_app_config(view.__module__)
    return config if isinstance(config, PluginConfig) else None


def _covers(early: str, late: str) -> bool:
    """Tell whether a path that fits the one route fits the other, too."""
    ours, theirs = early.split("/"), late.split("/")
    return len(ours) == len(theirs) and all(
        one == other or "{" in one for one, other in zip(ours, theirs, strict=True)
    )
