from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitorConfig(AppConfig):
    name = "apps.monitor"
    label = "monitor"
    verbose_name = _("monitor")
    default_auto_field = "apps.core.keys.PlatformAutoField"

    def ready(self) -> None:
        from apps.monitor import receivers  # noqa: PLC0415 - models are loaded only now

        receivers.count_cache_reads()
