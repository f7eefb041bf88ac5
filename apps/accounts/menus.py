"""The pages of accounts."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry, MenuKind

MENUS = (
    MenuEntry(
        name="SysUser",
        title="page.menu.sysUser",
        label=_("users"),
        parent="System",
        path="/system/user",
        component="/system/user/index",
        icon="ant-design:user-outlined",
        sort=2,
        resource="sys:user",
        also=("sys:dept:list",),
    ),
    MenuEntry(
        name="Monitor",
        title="page.menu.monitor",
        label=_("monitor"),
        kind=MenuKind.DIRECTORY,
        path="/monitor",
        icon="mdi:monitor-eye",
        sort=4,
    ),
    MenuEntry(
        name="Online",
        title="page.menu.online",
        label=_("sessions"),
        parent="Monitor",
        path="/log/online",
        component="/monitor/online/index",
        icon="wpf:online",
        sort=1,
        resource="sys:session",
    ),
    MenuEntry(
        name="Profile",
        title="page.menu.profile",
        label=_("profile"),
        path="/profile",
        component="/_core/profile/index",
        icon="ant-design:profile-outlined",
        sort=6,
        is_hidden=True,
    ),
)
