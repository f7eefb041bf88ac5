"""How departments and positions say no."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class DepartmentNameTakenError(DomainError):
    reason = "organization.department.name_taken"
    message = _("A department with this name exists already.")


class DepartmentCycleError(DomainError):
    """The status is the wire's for a department that is made its own parent."""

    reason = "organization.department.cycle"
    status = HTTPStatus.FORBIDDEN
    message = _("A department cannot stand below itself.")


class DepartmentUsersError(DomainError):
    reason = "organization.department.users"
    message = _("Users belong to the department %(name)s. Move them first.")


class DepartmentChildrenError(DomainError):
    reason = "organization.department.children"
    message = _("The department %(name)s has departments below it. Delete them first.")


class DepartmentRestoreNameError(DepartmentNameTakenError):
    """As its parent; it says what to do about it."""

    message = _(
        "Another department is called %(name)s now. To restore this one, give it another name "
        "(name)."
    )


class DepartmentParentGoneError(DomainError):
    reason = "organization.department.parent_gone"
    message = _(
        "The department above, %(name)s, is in the bin. Restore it first, or choose another place "
        "(parent_id; 0 is the top)."
    )


class PositionNameTakenError(DomainError):
    reason = "organization.position.name_taken"
    message = _("A position with this name exists already.")


class PositionCodeTakenError(DomainError):
    reason = "organization.position.code_taken"
    message = _("A position with this code exists already.")


class PositionInUseError(DomainError):
    reason = "organization.position.in_use"
    message = _("Users hold the position %(name)s. Take it away from them first.")


class PositionRestoreNameError(PositionNameTakenError):
    """As its parent; it says what to do about it."""

    message = _(
        "Another position is called %(name)s now. To restore this one, give it another name (name)."
    )


class PositionRestoreCodeError(PositionCodeTakenError):
    """As its parent; it says what to do about it."""

    message = _(
        "Another position has the code %(code)s now. To restore this one, give it another code "
        "(code)."
    )
