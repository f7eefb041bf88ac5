"""How the console says no."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class NotAnOperatorError(DomainError):
    reason = "console.not_an_operator"
    status = HTTPStatus.FORBIDDEN
    message = _("This account may not use the console. Ask an administrator.")
