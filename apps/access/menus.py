"""The directories of the platform, and the pages of access."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry, MenuKind

MENUS = (
    MenuEntry(
        name="Dashboard",
        title="page.dashboard.title",
        label=_("dashboard"),
        kind=MenuKind.DIRECTORY,
        path="/dashboard",
        icon="ant-design:dashboard-outlined",
        sort=0,
    ),
    MenuEntry(
        name="Analytics",
        title="page.dashboard.analytics",
        label=_("analytics"),
        parent="Dashboard",
        path="/analytics",
        component="/dashboard/analytics/index",
        icon="lucide:area-chart",
        sort=0,
    ),
    MenuEntry(
        name="Workspace",
        title="page.dashboard.workspace",
        label=_("workspace"),
        parent="Dashboard",
        path="/workspace",
        component="/dashboard/workspace/index",
        icon="carbon:workspace",
        sort=1,
    ),
    MenuEntry(
        name="System",
        title="page.menu.system",
        label=_("system"),
        kind=MenuKind.DIRECTORY,
        path="/system",
        icon="eos-icons:admin",
        sort=1,
    ),
    MenuEntry(
        name="SysRole",
        title="page.menu.sysRole",
        label=_("roles"),
        parent="System",
        path="/system/role",
        component="/system/role/index",
        icon="carbon:user-role",
        sort=3,
        resource="sys:role",
        also=("sys:menu:list",),
    ),
    MenuEntry(
        name="SysMenu",
        title="page.menu.sysMenu",
        label=_("menus"),
        parent="System",
        path="/system/menu",
        component="/system/menu/index",
        icon="ant-design:menu-outlined",
        sort=4,
        resource="sys:menu",
    ),
)
