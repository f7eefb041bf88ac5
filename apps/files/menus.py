"""The page of the files; the front end has none, so the console's stands for it."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry

MENUS = (
    MenuEntry(
        name="SysFile",
        title=_("files"),
        label=_("files"),
        parent="System",
        path="/system/file",
        icon="mdi:folder-outline",
        sort=10,
        is_hidden=True,
        resource="sys:file",
    ),
)
