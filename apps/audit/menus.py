"""The pages of the audit."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry, MenuKind

MENUS = (
    MenuEntry(
        name="Log",
        title="page.menu.log",
        label=_("logs"),
        kind=MenuKind.DIRECTORY,
        path="/log",
        icon="carbon:cloud-logging",
        sort=3,
    ),
    MenuEntry(
        name="LoginLog",
        title="page.menu.login",
        label=_("login logs"),
        parent="Log",
        path="/log/login",
        component="/log/login/index",
        icon="mdi:login",
        sort=1,
        resource="log:login",
    ),
    MenuEntry(
        name="OperaLog",
        title="page.menu.opera",
        label=_("operation logs"),
        parent="Log",
        path="/log/opera",
        component="/log/opera/index",
        icon="carbon:operations-record",
        sort=2,
        resource="log:opera",
        beside=("log:change",),
    ),
)
