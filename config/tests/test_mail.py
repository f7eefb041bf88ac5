import pytest

from config.mail import mail_settings
from config.values import EnvironmentKeyError


def _settings(url: str) -> dict[str, object]:
    return mail_settings(url, sender="a@example.com")


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://host", 587, True, False),
        ("smtp://host:25", 25, True, False),
        ("smtps://host", 465, False, True),
        ("smtp+plain://host", 25, False, False),
    ],
)
def test_the_address_says_how_mail_is_sent(url: str, port: int, tls: bool, ssl: bool) -> None:  # noqa: FBT001 - by name
    found = _settings(url)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("host", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)


def test_who_signs_in_may_have_any_characters() -> None:
    found = _settings("smtp://me%40x.test:p%3Aw@host")
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me@x.test", "p:w")


def test_without_an_address_no_host_is_named() -> None:
    assert _settings("")["EMAIL_HOST"] == ""


@pytest.mark.parametrize("url", ["host", "http://u:hunter2@host", "smtp://", "smtp://host:x"])
def test_another_address_stops_the_start_and_is_not_told(url: str) -> None:
    with pytest.raises(EnvironmentKeyError) as caught:
        _settings(url)
    assert "hunter2" not in str(caught.value)
    assert "SMTP_URL" in str(caught.value)
