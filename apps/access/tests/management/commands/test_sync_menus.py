from io import StringIO

import pytest
from django.core.management import call_command

from apps.access.models import Menu
from apps.core.codes import declared_codes

pytestmark = pytest.mark.django_db
# Source: contract, 14.2, as far as the features exist.
WIRE_ROWS = {
    "Dashboard": (None, 0, 0, "/dashboard", ""),
    "Analytics": ("Dashboard", 1, 0, "/analytics", "/dashboard/analytics/index"),
    "Workspace": ("Dashboard", 1, 1, "/workspace", "/dashboard/workspace/index"),
    "System": (None, 0, 1, "/system", ""),
    "SysDept": ("System", 1, 1, "/system/dept", "/system/dept/index"),
    "SysUser": ("System", 1, 2, "/system/user", "/system/user/index"),
    "SysRole": ("System", 1, 3, "/system/role", "/system/role/index"),
    "SysMenu": ("System", 1, 4, "/system/menu", "/system/menu/index"),
    "Profile": (None, 1, 6, "/profile", "/_core/profile/index"),
}
WIRE_BUTTONS = {
    "AddSysDept": "sys:dept:add",
    "EditSysDept": "sys:dept:edit",
    "DeleteSysDept": "sys:dept:del",
    "DeleteSysUser": "sys:user:del",
    "AddSysRole": "sys:role:add",
    "EditSysRole": "sys:role:edit",
    "EditSysRoleMenu": "sys:role:menu:edit",
    "EditSysRoleScope": "sys:role:scope:edit",
    "DeleteSysRole": "sys:role:del",
    "AddSysMenu": "sys:menu:add",
    "EditSysMenu": "sys:menu:edit",
    "DeleteSysMenu": "sys:menu:del",
}


def _run(**options: int) -> str:
    out = StringIO()
    call_command("sync_menus", stdout=out, **options)
    return out.getvalue()


def test_the_rows_of_the_wire_are_made() -> None:
    _run()
    rows = {
        name: (parent, kind, sort, path, component)
        for name, parent, kind, sort, path, component in Menu.objects.values_list(
            "name", "parent__name", "kind", "sort", "path", "component"
        )
    }
    assert rows.items() >= WIRE_ROWS.items()
    buttons = Menu.objects.filter(kind=2).values_list("name", "perms")
    assert dict(buttons).items() >= WIRE_BUTTONS.items()


def test_every_code_of_the_site_is_on_a_row() -> None:
    _run()
    on_rows = {code for menu in Menu.objects.all() for code in menu.perms.split(",") if code}
    assert on_rows == set(declared_codes())


def test_a_second_run_changes_nothing_and_says_so() -> None:
    assert " 0 added" not in _run()
    assert _run() == "menus: 0 added, 0 changed, 0 retired, 0 brought back\n"
    assert _run(verbosity=0) == ""
