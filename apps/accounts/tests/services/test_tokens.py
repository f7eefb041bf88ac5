from typing import Any

import jwt
import pytest
from rest_framework_simplejwt.exceptions import TokenError

from apps.accounts.services.tokens import (
    access_token_read,
    refresh_token_read,
    token_pair_issue,
)

KEY = {"one": "k" * 40}


def test_a_pair_names_the_user_and_the_session() -> None:
    pair = token_pair_issue(user_id=7, sid="abc")
    assert access_token_read(pair.access) == (7, "abc")
    assert refresh_token_read(pair.refresh) == (7, "abc", pair.refresh_jti)
    assert pair.access_expires_at < pair.refresh_expires_at


def test_the_two_tokens_do_not_stand_in_for_each_other() -> None:
    pair = token_pair_issue(user_id=7, sid="abc")
    with pytest.raises(TokenError):
        access_token_read(pair.refresh)
    with pytest.raises(TokenError):
        refresh_token_read(pair.access)


def test_while_keys_are_rotated_the_old_one_still_verifies(settings: Any) -> None:
    settings.JWT_KEYS = KEY
    old = token_pair_issue(user_id=7, sid="abc").access
    settings.JWT_KEYS = {"two": "j" * 40, **KEY}
    new = token_pair_issue(user_id=7, sid="abc").access
    assert jwt.get_unverified_header(new)["kid"] == "two"
    assert access_token_read(old) == access_token_read(new)
    settings.JWT_KEYS = {"two": "j" * 40}
    with pytest.raises(TokenError):
        access_token_read(old)


def _forged(settings: Any, **changes: Any) -> str:
    settings.JWT_KEYS = KEY
    claims = jwt.decode(
        token_pair_issue(user_id=7, sid="abc").access, options={"verify_signature": False}
    )
    claims |= changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, KEY["one"], algorithm="HS256", headers={"kid": "one"})


@pytest.mark.parametrize(
    "changes",
    [{"exp": 1}, {"iss": "somebody else"}, {"sid": None}, {"exp": None}, {"sub": "root"}],
)
def test_a_token_that_lacks_or_lies_about_a_claim_is_refused(
    settings: Any, changes: dict[str, Any]
) -> None:
    token = _forged(settings, **changes)
    with pytest.raises(TokenError):
        access_token_read(token)


@pytest.mark.parametrize("raw", ["", "a.b.c", "x" * 9000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(raw: str) -> None:
    with pytest.raises(TokenError):
        access_token_read(raw)


def test_an_unsigned_token_is_refused(settings: Any) -> None:
    settings.JWT_KEYS = KEY
    token = jwt.encode({"sub": "7", "sid": "a"}, "", algorithm="none", headers={"kid": "one"})
    with pytest.raises(TokenError):
        access_token_read(token)
