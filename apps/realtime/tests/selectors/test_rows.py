from typing import Any

import pytest

from apps.access.models import DataScope
from apps.access.tests.factories import make_rule, make_scope
from apps.accounts.choices import Channel
from apps.accounts.models import Session, User
from apps.accounts.services.sessions import session_open
from apps.core.cached import PRINCIPALS, invalidate
from apps.core.guards import Access
from apps.core.topics import Topic
from apps.realtime.selectors.identities import Identity
from apps.realtime.selectors.rows import sees_row

pytestmark = pytest.mark.django_db
TOPIC = Topic(name="test.users", label="users", needs="sys:user:list", model="accounts.User")
OPEN = Topic(name="test.open", label="users", needs=Access.SIGNED_IN, model="accounts.User")


def _identity(user: User) -> Identity:
    return Identity(user.pk, session_open(user=user, channel=Channel.API).sid)


@pytest.fixture
def bobs(client_with: Any) -> User:
    """Somebody who may list users, and sees bob alone."""
    scopes: list[DataScope] = [make_scope(make_rule(value="bob"))]
    found: User = client_with("sys:user:list", scopes=scopes).user
    return found


def test_a_row_in_sight_is_seen_and_no_other(bobs: User, make_user: Any) -> None:
    bob, carl, identity = make_user(username="bob"), make_user(username="carl"), _identity(bobs)
    assert sees_row(identity=identity, topic=TOPIC, pk=bob.pk)
    assert sees_row(identity=identity, topic=TOPIC, pk=str(bob.pk))  # as long ids are told
    assert not sees_row(identity=identity, topic=TOPIC, pk=carl.pk)
    bob.move_to_bin()
    assert not sees_row(identity=identity, topic=TOPIC, pk=bob.pk)


@pytest.mark.parametrize("pk", [None, 987_654])
def test_an_event_without_a_row_is_seen_by_nobody(bobs: User, pk: int | None) -> None:
    assert not sees_row(identity=_identity(bobs), topic=TOPIC, pk=pk)


def test_the_code_is_asked_for_each_time(bobs: User, make_user: Any) -> None:
    bob, identity = make_user(username="bob"), _identity(bobs)
    bobs.roles.get().menus.clear()
    invalidate(PRINCIPALS)
    assert not sees_row(identity=identity, topic=TOPIC, pk=bob.pk)
    assert sees_row(identity=identity, topic=OPEN, pk=bob.pk)


def test_who_is_signed_out_sees_nothing(bobs: User, make_user: Any) -> None:
    bob, identity = make_user(username="bob"), _identity(bobs)
    Session.objects.filter(sid=identity.sid).delete()
    invalidate(PRINCIPALS)
    assert not sees_row(identity=identity, topic=TOPIC, pk=bob.pk)
