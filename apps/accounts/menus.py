"""The pages of accounts."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry

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
