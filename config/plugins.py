"""Find the plugins while settings load. Standard library only: Django is not set up yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Registry:
    """What was found under `plugins/`, in the order in which it loads."""

    names: tuple[str, ...]
    refused: dict[str, str] = field(default_factory=dict)


def discover(root: Path, *, enabled: Sequence[str]) -> Registry:
    """Return the plugins to load."""
    found = [f.parent.name for f in sorted(root.glob("*/plugin.toml"))]
    return Registry(tuple(f"plugins.{name}" for name in found if not enabled or name in enabled))


def plugin_routes() -> list[Any]:
    """Mount each plugin's `api/urls.py` under the plugin's own prefix below /api/v1/."""
    from django.apps import apps  # noqa: PLC0415 - this module loads before Django does
    from django.urls import include, path  # noqa: PLC0415
    from django.utils.module_loading import module_has_submodule  # noqa: PLC0415

    from apps.core.plugins import PluginConfig  # noqa: PLC0415

    routes = []
    for config in apps.get_app_configs():
        if isinstance(config, PluginConfig) and module_has_submodule(config.module, "api"):
            prefix = config.label if config.base_url is None else config.base_url
            routes.append(path(f"{prefix}/" if prefix else "", include(f"{config.name}.api.urls")))
    return routes
