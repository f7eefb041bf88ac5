from typing import Any

import pytest
from django.conf import settings

from apps.accounts.choices import Channel
from apps.accounts.errors import SessionEndedError
from apps.accounts.services.sessions import session_open
from apps.realtime.selectors.identities import Identity, from_cookie, from_token, user_of

pytestmark = pytest.mark.django_db


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
    assert from_cookie(headers) is None
