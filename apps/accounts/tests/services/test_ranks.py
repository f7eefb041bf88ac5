from typing import Any

import pytest

from apps.access.errors import NotHeldError
from apps.accounts.choices import Channel
from apps.accounts.errors import SuperuserOnlyError
from apps.accounts.services.ranks import ensure_manageable, user_kick
from apps.accounts.services.sessions import session_open
from apps.core.testing.fixtures import GrantedClient

pytestmark = pytest.mark.django_db


def _holder(client_with: GrantedClient, *codes: str, **fields: Any) -> Any:
    return client_with(*codes, **fields).user  # type: ignore[attr-defined] # set by the fixture


def test_an_equal_may_be_managed_and_somebody_above_may_not(client_with: GrantedClient) -> None:
    less, more = _holder(client_with, "a:b:c"), _holder(client_with, "a:b:c", "a:b:d")
    ensure_manageable(actor=more, user=less)
    ensure_manageable(actor=less, user=_holder(client_with, "a:b:c"))
    with pytest.raises(NotHeldError, match="a:b:d"):
        ensure_manageable(actor=less, user=more)


def test_only_superusers_manage_superusers(client_with: GrantedClient) -> None:
    boss = _holder(client_with, is_superuser=True)
    with pytest.raises(SuperuserOnlyError):
        ensure_manageable(actor=_holder(client_with, "a:b:c"), user=boss)
    ensure_manageable(actor=boss, user=_holder(client_with, is_superuser=True))


def test_everybody_manages_themselves(client_with: GrantedClient) -> None:
    own = _holder(client_with, "a:b:c")
    ensure_manageable(actor=own, user=own)


@pytest.mark.django_db
def test_every_session_of_a_user_ends(make_user: Any) -> None:
    boss, ann = make_user(is_superuser=True), make_user()
    for _number in range(2):
        session_open(user=ann, channel=Channel.API)
    assert user_kick(actor=boss, user=ann) == 2
    assert not ann.sessions.live().exists()
    with pytest.raises(SuperuserOnlyError):
        user_kick(actor=ann, user=boss)
