from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        from apps.core.checks import (  # noqa: PLC0415 - models are loaded only now
            check_guards,
            check_menus,
            check_plugins,
            check_proxies,
        )

        checks.register(check_guards, "permissions")
        checks.register(check_menus, "permissions")
        checks.register(check_plugins, "plugins")
        checks.register(check_proxies, "security")
        autodiscover_modules("tasks")  # so that enqueue() knows every task in the web process too
