"""How roles and menus say no."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class NotHeldError(DomainError):
    """Somebody would give, take or change what they do not hold themselves."""

    reason = "access.not_held"
    status = HTTPStatus.FORBIDDEN
    message = _("You can only give, take or change what you hold yourself. Missing: %(missing)s.")


class RoleNameTakenError(DomainError):
    reason = "access.role.name_taken"
    message = _("A role with this name exists already.")


class RoleRestoreNameError(RoleNameTakenError):
    """As its parent; it says what to do about it."""

    message = _(
        "Another role is called %(name)s now. To restore this one, give it another name (name)."
    )


class MenuNameTakenError(DomainError):
    reason = "access.menu.name_taken"
    message = _("A menu with this name exists already.")


class MenuTitleTakenError(DomainError):
    reason = "access.menu.title_taken"
    message = _("A menu with this title exists already; only buttons may share one.")


class MenuCycleError(DomainError):
    """The status is the wire's for a menu that is made its own parent."""

    reason = "access.menu.cycle"
    status = HTTPStatus.FORBIDDEN
    message = _("A menu cannot stand below itself.")


class MenuChildrenError(DomainError):
    reason = "access.menu.children"
    message = _("The menu has entries below it. Delete them first.")


class MenuBuiltinError(DomainError):
    reason = "access.menu.builtin"
    message = _(
        "This menu belongs to the platform or a plugin: it can be renamed, moved in the order, "
        "hidden and disabled, but not deleted, and its codes and place stay."
    )


class RuleNameTakenError(DomainError):
    reason = "access.rule.name_taken"
    message = _("A data rule with this name exists already.")


class ScopeNameTakenError(DomainError):
    reason = "access.scope.name_taken"
    message = _("A data scope with this name exists already.")


class GrantExistsError(DomainError):
    reason = "access.grant.exists"
    message = _("This row is shared with that user already. Take it back first.")


class GrantNotOwnError(DomainError):
    """Somebody would pass on, or take back, a row that their own roles do not show them."""

    reason = "access.grant.not_own"
    status = HTTPStatus.FORBIDDEN
    message = _("Only rows that your own roles show you can be shared or taken back.")
