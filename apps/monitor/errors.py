"""What the monitors refuse."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError, NotFoundError


class CacheGoneError(DomainError):
    """Redis does not answer."""

    reason = "monitor.cache.gone"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _("The cache does not answer. Start it, or look at its logs.")


class SpaceUnknownError(NotFoundError):
    """The platform keeps nothing under this name."""

    reason = "monitor.cache.space_unknown"
    message = _("The cache has no name space of this name.")


class KeyUnknownError(NotFoundError):
    """No such key in the name space, or it has run out."""

    reason = "monitor.cache.key_unknown"
    message = _("The cache has no such key; it may have run out.")


class SpaceKeptError(DomainError):
    """Emptying it would break what runs."""

    reason = "monitor.cache.space_kept"
    message = _("This name space keeps running processes apart and cannot be emptied.")
