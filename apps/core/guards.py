"""Permission codes as declared: once per viewset, and nowhere else.

A viewset owns one `Guard`. The request check (`api.permissions`), the collection of all codes
(`codes`), the menu seeds, the OpenAPI schema and the contract tests all read that guard, so
none of them can disagree with it. This module imports no web framework, so services may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class Access(Enum):
    """What an operation needs when it needs no code; saying so is compulsory."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


CRUD_VERBS: Mapping[str, str] = MappingProxyType(
    {
        "list": "list",
        "retrieve": "list",
        "metadata": "list",
        "create": "add",
        "update": "edit",
        "partial_update": "edit",
        "destroy": "del",
        "destroy_many": "del",
        "export": "export",
        "bin": "bin",
        "restore": "restore",
        "purge": "purge",
        "purge_many": "purge",
    }
)
"""The verb that each standard action needs. `metadata` is the OPTIONS request."""


@dataclass(frozen=True)
class Guard:
    """The permission declaration of one viewset.

    Attributes:
        resource: `<area>:<resource>`, lower case, singular: `sys:role`.
        label: What people call the resource, plural.
        verbs: By action name, the verb it needs (`{"set_menus": "menu:edit"}`) or, for look-ups
            that forms of other pages need, an `Access`. Adds to and overrides `CRUD_VERBS`.
        name: What the operations are called by in the OpenAPI document, where several viewsets
            share a resource; else the resource.
    """

    resource: str
    label: str | Promise
    verbs: Mapping[str, str | Access] = field(default_factory=dict)
    name: str = ""

    def need_of(self, action: str) -> str | Access | None:
        """Return the code (or the Access) that `action` needs, or None where nobody said."""
        verb = self.verbs.get(action) or CRUD_VERBS.get(action)
        return f"{self.resource}:{verb}" if isinstance(verb, str) else verb


def usual_summary(action: str, label: str) -> str:
    """Return what an action without a docstring does to what people call `label`."""
    templates = {
        "list": _("List the %(label)s"),
        "retrieve": _("Show one of the %(label)s"),
        "create": _("Add to the %(label)s"),
        "update": _("Change one of the %(label)s; what is not sent stays"),
        "partial_update": _("Change some fields of one of the %(label)s"),
        "destroy": _("Delete one of the %(label)s"),
        "destroy_many": _("Delete several of the %(label)s"),
        "export": _("Download what the filters leave of the %(label)s, as CSV"),
        "bin": _("List what is in the bin of the %(label)s, deleted last first"),
        "restore": _("Restore one of the %(label)s from the bin"),
        "purge": _("Delete one of the %(label)s in the bin for good"),
        "purge_many": _("Delete several of the %(label)s in the bin, or all, for good"),
    }
    return templates.get(action, f"{action}: %(label)s") % {"label": label}
