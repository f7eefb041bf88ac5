from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "apps.scheduling"
    label = "scheduling"
    verbose_name = _("scheduling")
    default_auto_field = "apps.core.keys.PlatformAutoField"

    def ready(self) -> None:
        from apps.scheduling import receivers  # noqa: PLC0415 - models are loaded only now

        receivers.connect_runs()
        if settings.CELERY_BROKER_URL.startswith("embedded:"):
            receivers.connect()
