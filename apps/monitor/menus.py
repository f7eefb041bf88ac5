"""The pages of the monitors."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry

MENUS = (
    MenuEntry(
        name="Redis",
        title="page.menu.redis",
        label=_("cache server"),
        parent="Monitor",
        path="/monitor/redis",
        component="/monitor/redis/index",
        icon="devicon:redis",
        sort=2,
        resource="monitor:redis",
        beside=("monitor:cache",),
    ),
    MenuEntry(
        name="Server",
        title="page.menu.server",
        label=_("server"),
        parent="Monitor",
        path="/monitor/server",
        component="/monitor/server/index",
        icon="mdi:server-outline",
        sort=3,
        resource="monitor:server",
        beside=("monitor:database",),
    ),
)
