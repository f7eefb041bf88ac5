"""Refusals of the sockets."""

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class TooManyVisitsError(DomainError):
    """Somebody has as many connections as one user may have."""

    reason = "realtime.too_many"
    message = _("There are too many connections.")


class NotUnderstoodError(DomainError):
    """A client sends what no socket of ours takes."""

    reason = "realtime.bad"
    message = _("Not understood.")


class NamespaceRefusedError(DomainError):
    """A client of Socket.IO asks for a namespace that is not there, or once more for the same."""

    reason = "realtime.namespace"
    message = _("There is no such namespace, or you are connected to it already.")
