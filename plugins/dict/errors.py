"""How dictionaries say no."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class DictCodeTakenError(DomainError):
    reason = "dict.type.code_taken"
    message = _("A dictionary with this code exists already.")


class DictLabelTakenError(DomainError):
    reason = "dict.data.label_taken"
    message = _("This dictionary has an entry with this label already.")


class DictTypeMissingError(DomainError):
    """The type that an entry shall belong to does not exist, or not for this user."""

    reason = "dict.type.missing"
    status = HTTPStatus.NOT_FOUND
    message = _("There is no such dictionary.")
