"""Alerts by mail."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from apps.scheduling.errors import AlertHopelessError, AlertUnsentError
from apps.scheduling.models import Alert
from apps.scheduling.services.channels.texts import lines_of, title_of


def send(alert: Alert) -> None:
    """Mail those whom an alert is for, in one message.

    Raises:
        AlertHopelessError: It is for nobody.
        AlertUnsentError: No mail server is set, or it took no message.
    """
    run = alert.run
    if not alert.targets:
        raise AlertHopelessError(why="it names no address")
    if not settings.EMAIL_HOST:
        raise AlertUnsentError(why="SMTP_URL is not set")
    message = EmailMessage(
        subject=title_of(alert)[:150],
        body="\n".join(lines_of(run)),
        to=[str(address) for address in alert.targets],
        headers={"Message-ID": f"<{run.task_id}@{settings.ATRIUM.service_name}>"},
    )
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # its text may hold what was sent
        raise AlertUnsentError(why=f"mail: {type(error).__name__}") from None
