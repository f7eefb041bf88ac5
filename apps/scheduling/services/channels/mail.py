"""Alerts by mail."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from apps.scheduling.errors import AlertUnsentError
from apps.scheduling.models import Run, SchedulePolicy
from apps.scheduling.services.channels.texts import lines_of, title_of


def send(run: Run, policy: SchedulePolicy) -> None:
    """Mail those whom the policy names, in one message.

    Raises:
        AlertUnsentError: No mail server is set, or it took no message.
    """
    if not settings.EMAIL_HOST:
        raise AlertUnsentError(why="SMTP_URL is not set")
    message = EmailMessage(
        subject=title_of(run)[:150],
        body="\n".join(lines_of(run)),
        to=[str(address) for address in policy.alert_mails],
        headers={"Message-ID": f"<{run.task_id}@{settings.ATRIUM.service_name}>"},
    )
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # its text may hold what was sent
        raise AlertUnsentError(why=f"mail: {type(error).__name__}") from None
