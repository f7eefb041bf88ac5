"""Fill a database with what the platform needs to be of use."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.utils.module_loading import module_has_submodule

from apps.core.plugins import PluginConfig


def seed_all(*, demo: bool) -> list[str]:
    """Bring menus and first rows up to date; return what must be told to whoever starts us.

    Every installed app may have a module `seeds` with a function `seed(*, demo: bool)`, which may
    return lines to show. It runs at each start, so it leaves alone what is there. The lowest floor
    comes first, plugins last.

    Args:
        demo: Whether accounts with a known password are wanted.
    """
    call_command("sync_menus", verbosity=0)
    notices: list[str] = []
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "seeds"):
            seeds = config if isinstance(config, PluginConfig) else _seeds_of(config)
            notices += seeds.seed(demo=demo) or []
    return notices


def _seeds_of(config: AppConfig) -> Any:
    return import_module(f"{config.name}.seeds")
