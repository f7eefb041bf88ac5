import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from apps.scheduling.choices import RunState
from apps.scheduling.errors import AlertHopelessError, AlertUnsentError
from apps.scheduling.services.channels import mail
from apps.scheduling.tests.sample import make_alert, make_run


class Box:
    """Keeps what comes, or refuses it."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name that the library calls
        self.taken.append(envelope)
        return self.answer


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    made = Box()
    port = _free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "atrium@example.com"
    yield made
    controller.stop()


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
    return port


@pytest.mark.django_db
def test_those_whom_the_schedule_names_are_mailed(box: Box) -> None:
    run = make_run(schedule_name="two\nlines", state=RunState.FAILED, error="no good")
    mail.send(make_alert("mail", "a@example.com", "b@example.com", run=run))
    [envelope] = box.taken
    assert envelope.rcpt_tos == ["a@example.com", "b@example.com"]
    assert envelope.mail_from == "atrium@example.com"
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content)
    assert str(make_header(decode_header(message["Subject"]))) == "Job failed: two lines"
    assert run.task_id in message["Message-ID"]
    assert b"Error: no good" in envelope.content


@pytest.mark.django_db
def test_a_server_that_takes_nothing_is_said_so(box: Box) -> None:
    box.answer = "554 no"
    with pytest.raises(AlertUnsentError, match="mail: SMTPDataError"):
        mail.send(make_alert("mail", "a@example.com"))


@pytest.mark.django_db
def test_a_server_that_is_away_is_said_so(box: Box, settings: Any) -> None:
    settings.EMAIL_PORT = 9
    with pytest.raises(AlertUnsentError, match="mail: ConnectionRefusedError"):
        mail.send(make_alert("mail", "a@example.com"))


@pytest.mark.django_db
def test_without_a_server_it_says_which_setting_is_missing(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    with pytest.raises(AlertUnsentError, match="SMTP_URL is not set"):
        mail.send(make_alert("mail", "a@example.com"))


@pytest.mark.django_db
def test_a_mail_to_nobody_is_no_mail(box: Box) -> None:
    with pytest.raises(AlertHopelessError, match="it names no address"):
        mail.send(make_alert("mail"))
    assert box.taken == []
