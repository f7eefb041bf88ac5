"""Where the routes of plugins are mounted."""

from typing import Any

from django.apps import apps
from django.urls import include, path
from django.utils.module_loading import module_has_submodule

from apps.core.plugins import PluginConfig


def plugin_routes() -> list[Any]:
    """Mount each plugin's `api/urls.py` under the plugin's own prefix below /api/v1/."""
    routes = []
    for config in apps.get_app_configs():
        if isinstance(config, PluginConfig) and module_has_submodule(config.module, "api.urls"):
            prefix = config.label if config.base_url is None else config.base_url
            routes.append(path(f"{prefix}/" if prefix else "", include(f"{config.name}.api.urls")))
    return routes
