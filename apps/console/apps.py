import django.contrib.admin.apps as admin_apps
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "apps.console"
    label = "console"
    verbose_name = _("console")
    default_auto_field = "apps.core.keys.PlatformAutoField"


class ConsoleAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site in the place of its own; named in INSTALLED_APPS."""

    default = False
    default_site = "apps.console.sites.ConsoleSite"
