from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "apps.access"
    label = "access"
    verbose_name = _("roles and permissions")
    default_auto_field = "apps.core.keys.PlatformAutoField"

    def ready(self) -> None:
        from apps.access import receivers  # noqa: PLC0415 - models are loaded only now

        receivers.follow_shared_rows()
