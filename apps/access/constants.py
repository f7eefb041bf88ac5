"""Words and rules of menus that are not settings."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuKind

VERB_NAMES: Mapping[str, str] = MappingProxyType({"del": "Delete", "clear": "Empty"})
"""What a verb is called in the name of its button, where that is not the verb itself."""

VERB_TITLES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "add": _("Add"),
        "edit": _("Edit"),
        "del": _("Delete"),
        "clear": _("Clear"),
        "export": _("Export"),
        "import": _("Import"),
        "kick": _("Sign out"),
        "upload": _("Upload"),
        "exec": _("Run now"),
        "revoke": _("Cancel"),
        "bin": _("See the recycle bin"),
        "restore": _("Restore"),
        "purge": _("Delete for good"),
        "menu:edit": _("Edit the menus of a role"),
        "scope:edit": _("Edit the data scopes of a role"),
        "rule:edit": _("Edit the rules of a data scope"),
        "permission:edit": _("Edit the flags of a user"),
        "password:reset": _("Reset a password"),
        "explain": _("Explain what a user may do"),
    }
)
"""What the button of a verb is titled at first; people may change it."""

PARENT_KINDS: Mapping[int, frozenset[int]] = MappingProxyType(
    {
        MenuKind.DIRECTORY: frozenset({MenuKind.DIRECTORY}),
        MenuKind.PAGE: frozenset({MenuKind.DIRECTORY, MenuKind.PAGE}),
        MenuKind.BUTTON: frozenset({MenuKind.PAGE, MenuKind.EMBEDDED}),
        MenuKind.EMBEDDED: frozenset({MenuKind.DIRECTORY, MenuKind.PAGE}),
        MenuKind.LINK: frozenset({MenuKind.DIRECTORY, MenuKind.PAGE}),
    }
)
"""Below what an entry of each kind may stand; all but buttons may stand at the top too."""

BUILTIN_COLUMNS = ("name", "kind", "parent", "path", "component", "link")
"""What people may not change in an entry that the platform or a plugin declares."""
