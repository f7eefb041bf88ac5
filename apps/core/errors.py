"""What a service raises when the domain says no."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule of the domain was broken; the caller can understand it and act on it.

    Subclass it in the app's `errors.py`. `reason` is part of the public API: a client may branch
    on it, so it never changes once released. The message is for people and may change; its
    `%(name)s` places are filled from the keyword arguments of the exception.
    """

    reason: ClassVar[str]
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    wire_code: ClassVar[int | None] = None
    """The envelope's `code`, where it is not the HTTP status."""
    message: ClassVar[str | Promise]

    def __init__(self, **values: Any) -> None:
        super().__init__()
        self.values = values

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.values if self.values else text


class NotFoundError(DomainError):
    """No such row, or none that this user may see: the two must not be told apart."""

    reason = "core.not_found"
    status = HTTPStatus.NOT_FOUND
    message = _("Not found.")


class ConflictError(DomainError):
    """A value that must be unique is taken; the database said so after all checks passed."""

    reason = "core.conflict"
    message = _("A row with these values exists already.")


class InUseError(DomainError):
    """Other rows point to this one and would hang in the air without it."""

    reason = "core.in_use"
    message = _("Other rows still depend on this one.")


class UnfitError(DomainError):
    """A value passed all checks, but the database cannot hold it."""

    reason = "core.unfit"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("A value is too long or of a kind that cannot be stored.")


class UnavailableError(DomainError):
    """The database cannot answer now: busy, restarting, or the lock was not to be had."""

    reason = "core.unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _("The platform is busy. Try again in a moment.")


class OutOfSightError(DomainError):
    """The write would move a row to where its writer may not see it."""

    reason = "core.out_of_sight"
    status = HTTPStatus.FORBIDDEN
    message = _("This change would put the row outside of what you may see.")


class InvalidInputError(DomainError):
    """One field of the input breaks a rule that only a service can check."""

    reason = "core.invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("The input is invalid.")

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__()
        self.field = field
        self.text = message

    def __str__(self) -> str:
        return str(self.text)


class AddressRefusedError(DomainError):
    """The lists of addresses do not let this one in."""

    reason = "core.address_refused"
    status = HTTPStatus.FORBIDDEN
    message = _("Your address may not use this site.")


class ReadOnlyError(DomainError):
    """The platform is a demonstration that nobody may change."""

    reason = "core.read_only"
    status = HTTPStatus.FORBIDDEN
    message = _("This is a demonstration: nothing can be changed here.")
