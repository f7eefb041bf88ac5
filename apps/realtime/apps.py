from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RealtimeConfig(AppConfig):
    name = "apps.realtime"
    label = "realtime"
    verbose_name = _("realtime")
    default_auto_field = "apps.core.keys.PlatformAutoField"

    def ready(self) -> None:
        from apps.realtime import receivers  # noqa: F401, PLC0415 - models are loaded only now
