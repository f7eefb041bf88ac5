"""What scheduling refuses, and what ends jobs."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.core.errors import DomainError


class ScheduleNameTakenError(DomainError):
    """Names of schedules are unique."""

    reason = "scheduling.name_taken"
    message = _("A schedule of the name “%(name)s” exists already.")


class ScheduleDeclaredError(DomainError):
    """What code declares is changed in code; it can be switched, started, and given a policy."""

    reason = "scheduling.declared"
    message = _("“%(name)s” is declared in code and can only be switched on and off here.")


class BothEndsError(DomainError):
    """A schedule ends at a moment, or its runs wait for so long; not both."""

    reason = "scheduling.both_ends"
    message = _("Give expire_time or expire_seconds, not both.")


class RunOverError(DomainError):
    """The run has ended; there is nothing to cancel."""

    reason = "scheduling.run_over"
    message = _("The run is over already.")


class JobUnknownError(DomainError):
    """Only declared jobs can be started."""

    reason = "scheduling.job_unknown"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _("There is no job “%(name)s”.")


class JobUnsentError(DomainError):
    """The message broker did not take a job; its run has failed, and it may be started anew."""

    reason = "scheduling.job_unsent"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _(
        "The job could not be queued, because the message broker does not answer."
        " Try again in a moment."
    )


class RunLiveError(DomainError):
    """Rows of runs that are not over cannot be deleted; they are cancelled first."""

    reason = "scheduling.run_live"
    message = _("A run is not over yet. Cancel it first.")


class AlertUnsentError(DomainError):
    """An alert could not be sent now; `why` is told without addresses and secrets."""

    reason = "scheduling.alert_unsent"
    status = HTTPStatus.BAD_GATEWAY
    message = _("The alert could not be sent: %(why)s.")

    def __str__(self) -> str:
        return str(self.values["why"])


class AlertHopelessError(AlertUnsentError):
    """An alert can never be sent, because there is nobody any more to whom it would go."""


class JobOvertimeError(Exception):
    """Raised inside a job that has run for longer than it may."""


class JobOustedError(Exception):
    """Raised inside a job whose place another run has taken."""
