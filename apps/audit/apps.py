from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "apps.audit"
    label = "audit"
    verbose_name = _("audit")
    default_auto_field = "apps.core.keys.PlatformAutoField"

    def ready(self) -> None:
        from apps.audit import receivers  # noqa: PLC0415 - models are loaded only now

        receivers.follow_master_data()
