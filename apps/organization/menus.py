"""The pages of organization."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry

MENUS = (
    MenuEntry(
        name="SysDept",
        title="page.menu.sysDept",
        label=_("departments"),
        parent="System",
        path="/system/dept",
        component="/system/dept/index",
        icon="mingcute:department-line",
        sort=1,
        resource="sys:dept",
    ),
    MenuEntry(
        name="SysPosition",
        title=_("Positions"),
        label=_("positions"),
        parent="System",
        path="/system/position",
        component="/system/position/index",
        icon="mdi:badge-account-outline",
        sort=6,
        resource="sys:position",
    ),
)
