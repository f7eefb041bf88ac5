"""Menu entries as declared by apps and plugins, in a module `menus.py` named `MENUS`.

`sync_menus` writes them to the menu table and hangs the buttons, which come from the guards,
below the page that names their resource.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule


class MenuKind(IntEnum):
    """What a row of the menu tree is. Source: contract, 4.1."""

    DIRECTORY = 0
    PAGE = 1
    BUTTON = 2
    EMBEDDED = 3
    LINK = 4


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """A directory, page, embedded page or link that ships with the platform or a plugin.

    Attributes:
        name: Unique for ever; the front end's route name. Rows are found again by it.
        title: The front end's translation key, or plain text.
        label: What the console calls it.
        parent: Name of the entry above, None at the top.
        resource: The guard's resource whose codes hang below this page: `sys:role`. The page
            itself carries `<resource>:list`.
        beside: Further resources that are managed on the same page, in the same way.
        also: Further codes that the page needs to be of use, such as a tree in its margin.
    """

    name: str
    title: str | Promise
    label: str | Promise
    kind: MenuKind = MenuKind.PAGE
    parent: str | None = None
    path: str = ""
    component: str = ""
    icon: str = ""
    link: str = ""
    sort: int = 0
    is_hidden: bool = False
    resource: str = ""
    beside: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def resources(self) -> tuple[str, ...]:
        """Every resource whose codes hang below this page; the first one is the page's own."""
        return (self.resource, *self.beside) if self.resource else self.beside


def declared_menus() -> Iterator[MenuEntry]:
    """Yield the `MENUS` of every installed app, lowest floor first, plugins last."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "menus"):
            module = import_module(f"{config.name}.menus")
            yield from getattr(module, "MENUS", ())
