"""The contract between the platform and a plugin."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import module_has_submodule

log = logging.getLogger("atrium.plugins")

PLATFORM_API = 1
"""Version of this contract; it goes up when a plugin written for the last one would break."""

PARTS = ("menus", "seeds", "schedules", "routing", "api.urls", "migrations", "admin", "tasks")
"""What the platform finds by name, imported in this order before anybody uses it."""


class PluginConfig(AppConfig):
    """An app that the platform finds by its `plugin.toml`.

    Its parts are found by name: `api/urls.py` (mounted below /api/v1/), `admin.py`, `tasks.py`,
    `schedules.py`, `routing.py`, `menus.py`, `seeds.py`, `migrations/`, `locale/`, `templates/`,
    `static/`. Whatever fails in it refuses the plugin, never the start of the platform.
    """

    default = False  # Django looks for one default per apps.py; this imported base is never it
    default_auto_field = "apps.core.keys.PlatformAutoField"
    platform_api: ClassVar[int] = PLATFORM_API
    base_url: ClassVar[str | None] = None
    """Prefix of its routes below /api/v1/; the app label when None, no prefix when empty."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True

    @property
    def options(self) -> dict[str, Any]:
        """The settings of the plugin: `[settings]` of its manifest, or as the environment says."""
        found: dict[str, Any] = settings.PLUGIN_REGISTRY.settings[self.label]
        return found

    def import_models(self) -> None:
        with self._refused_if_it_fails("models"):
            super().import_models()

    def load_parts(self) -> None:
        """Import every part; the plugin is refused where one fails."""
        # Django calls this later, also on a plugin that is refused by then.
        self.ready = partial(self._ready, self.ready)  # type: ignore[method-assign] # a plugin overrides it as in any app
        for part in PARTS:
            if not self._is_installed():
                return
            with self._refused_if_it_fails(part):
                if self.module is not None and module_has_submodule(self.module, part):
                    import_module(f"{self.name}.{part}")

    def seed(self, *, demo: bool) -> list[str]:
        """Run `seeds.py` and return its lines; of one that fails, nothing is kept."""
        try:
            with transaction.atomic():
                lines: list[str] = import_module(f"{self.name}.seeds").seed(demo=demo) or []
                return lines
        except Exception:
            if self.label in settings.PLUGIN_REGISTRY.insisted:
                raise
            log.exception("The seed of the plugin %s failed; the platform goes on.", self.label)
            return []

    def _ready(self, ready: Callable[[], None]) -> None:
        if self._is_installed():
            with self._refused_if_it_fails("ready()"):
                ready()

    def _is_installed(self) -> bool:
        return apps.app_configs.get(self.label) is self

    @contextmanager
    def _refused_if_it_fails(self, part: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the boundary around code that is not ours
            reason = f"error in its {part}: {type(error).__name__}: {error}"
            settings.PLUGIN_REGISTRY.refuse(self.label, reason)
            if apps.models_ready:  # else load_parts() will say it
                _log_refusal(self.label, reason)
            self._leave()

    def _leave(self) -> None:
        """Take the app out of Django's registry, as if it had never been installed."""
        models = apps.all_models.pop(self.label, {})
        # A new dict: Django is walking over the old one.
        kept = {label: config for label, config in apps.app_configs.items() if config is not self}
        apps.app_configs = kept
        apps.clear_cache()
        if apps.models_ready:
            from django.contrib.admin import site  # noqa: PLC0415 - settings need this module first

            for model in models.values():
                if site.is_registered(model):
                    site.unregister(model)


def load_parts() -> None:
    """Import the parts of every plugin, and say once which plugins are refused."""
    from django.contrib.admin import site  # noqa: PLC0415 - settings need this module first

    site.name  # noqa: B018 - the site must be made before the first of its pages is
    for name, reason in settings.PLUGIN_REGISTRY.refused.items():
        _log_refusal(name, reason)
    for config in list(apps.get_app_configs()):
        if isinstance(config, PluginConfig):
            config.load_parts()


def _log_refusal(name: str, reason: str) -> None:
    log.warning("The plugin %s is refused: %s", name, reason)
