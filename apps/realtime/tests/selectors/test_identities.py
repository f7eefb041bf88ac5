from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.choices import Channel
from apps.accounts.errors import SessionEndedError
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.core.testing.fixtures import PASSWORD
from apps.realtime.selectors.identities import (
    Identity,
    from_cookie,
    from_token,
    is_secure_of,
    user_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def conf(settings: Any) -> Any:
    """The settings, to be changed; the module's own are those of the session."""
    return settings


def test_a_token_tells_whose_session_it_is(user: Any) -> None:
    pair = session_open(user=user, channel=Channel.API)
    identity = from_token(pair.access)
    assert identity == Identity(user.pk, pair.sid)
    assert user_of(identity) == user
    with pytest.raises(SessionEndedError):
        from_token(f"{pair.access}x")
    with pytest.raises(SessionEndedError):
        user_of(Identity(user.pk, "0" * 32))


@pytest.mark.parametrize(
    "cookie",
    [
        *(None, "", "other=1", f"{settings.SESSION_COOKIE_NAME}=unknown", "a=b; ;=;\x01"),
        f'{settings.SESSION_COOKIE_NAME}="abcdefgh\\000ijklmnop"',
    ],
)
def test_a_cookie_that_is_none_of_ours_is_nobodys(cookie: str | None) -> None:
    headers = [(b"host", b"site"), (b"origin", b"https://site")]
    if cookie is not None:
        headers.append((b"cookie", cookie.encode()))
    assert from_cookie(headers, is_secure=True) is None


def _cookie(user: Any) -> bytes:
    browser = Client()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    browser.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}".encode()


@pytest.mark.parametrize(
    ("origin", "is_secure", "is_ours"),
    [
        ("https://site", True, True),
        ("http://site", False, True),
        ("http://site", True, False),
        ("https://site", False, False),
        ("https://site:8443", True, False),
        ("ftp://site", False, False),
        ("//site", False, False),
        ("http://[::1", False, False),
        ("null", False, False),
    ],
)
def test_a_cookie_counts_for_pages_of_the_very_scheme_host_and_port(
    user: Any, origin: str, *, is_secure: bool, is_ours: bool
) -> None:
    headers = [(b"host", b"site"), (b"origin", origin.encode()), (b"cookie", _cookie(user))]
    assert (from_cookie(headers, is_secure=is_secure) is not None) is is_ours


@pytest.mark.parametrize(
    ("scheme", "told", "is_secure"),
    [
        (None, None, False),
        ("ws", None, False),
        ("wss", None, True),
        ("ws", b"https", True),
        ("ws", b"https, http", True),
        ("ws", b"http", False),
        ("wss", b"http", False),
    ],
)
def test_how_a_socket_was_opened_is_told_by_the_proxy_that_is_trusted(
    conf: Any, scheme: str | None, told: bytes | None, *, is_secure: bool
) -> None:
    scope: dict[str, Any] = {"headers": []}
    if scheme:
        scope["scheme"] = scheme
    if told:
        scope["headers"] = [(b"x-forwarded-proto", told)]
    conf.SECURE_PROXY_SSL_HEADER = None
    assert is_secure_of(scope) is (scheme == "wss")
    conf.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert is_secure_of(scope) is is_secure
