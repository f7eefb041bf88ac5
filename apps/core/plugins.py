"""The contract between the platform and a plugin."""

from typing import Any, ClassVar

from django.apps import AppConfig

PLATFORM_API = 1
"""Version of this contract; it goes up when a plugin written for the last one would break."""


class PluginConfig(AppConfig):
    """An app under `plugins/` that the platform finds by its `plugin.toml`.

    Its parts are found by name: `api/urls.py` (mounted below /api/v1/), `admin.py`, `tasks.py`,
    `schedules.py`, `routing.py`, `menus.py`, `seeds.py`, `locale/`.
    """

    default = False  # Django looks for one default per apps.py; this imported base is never it
    default_auto_field = "apps.core.keys.PlatformAutoField"
    platform_api: ClassVar[int] = PLATFORM_API
    base_url: ClassVar[str | None] = None
    """Prefix of its routes below /api/v1/; the app label when None."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True
