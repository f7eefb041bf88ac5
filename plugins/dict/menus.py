from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry

MENUS = [
    MenuEntry(
        name="PluginDict",
        title="dict.menu",
        label=_("Dictionaries"),
        parent="System",
        path="/plugins/dict",
        component="/plugins/dict/views/index",
        icon="fluent-mdl2:dictionary",
        sort=8,
        resource="dict:type",
        beside=("dict:data",),
    ),
]
