"""Refusals of the sockets."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class TooManyVisitsError(DomainError):
    """Somebody has as many connections as one user may have."""

    reason = "realtime.too_many"
    message = _("There are too many connections.")
