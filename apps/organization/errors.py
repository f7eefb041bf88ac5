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


class PositionNameTakenError(DomainError):
    reason = "organization.position.name_taken"
    message = _("A position with this name exists already.")


class PositionCodeTakenError(DomainError):
    reason = "organization.position.code_taken"
    message = _("A position with this code exists already.")


class PositionInUseError(DomainError):
    reason = "organization.position.in_use"
    message = _("Users hold the position %(name)s. Take it away from them first.")
