from typing import Any

import pytest

from apps.access.errors import NotHeldError
from apps.access.selectors import grants_of
from apps.access.tests.factories import make_button, make_role, make_scope
from apps.accounts import errors
from apps.accounts.choices import Channel
from apps.accounts.models import PasswordHistory, Session, User
from apps.accounts.services.bins import user_restore, users_purge
from apps.accounts.services.sessions import session_open
from apps.accounts.services.users import user_create, user_delete
from apps.core.errors import DomainError, NotFoundError
from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(make_user: Any) -> User:
    boss: User = make_user(is_superuser=True)
    return boss


@pytest.fixture
def bob(boss: User) -> User:
    """Return a user in the bin, who has one of everything."""
    bob = user_create(
        actor=None,
        username="bob",
        email="bob@example.com",
        password="Bobs-1",
        department=Department.objects.create(name="sales"),
        roles=[make_role(make_button("a:b:c"), name="crew")],
        positions=[Position.objects.create(name="cook", code="cook")],
        is_staff=True,
        is_multi_login=True,
    )
    session_open(user=bob, channel=Channel.API)
    user_delete(actor=boss, user=bob)
    return User.bin.get()


def test_a_user_returns_as_they_were_and_signed_in_nowhere(boss: User, bob: User) -> None:
    assert not User.objects.filter(username="bob").exists()
    user_restore(actor=boss, user=bob)
    back = User.objects.get(username="bob")
    assert (back.is_active, back.is_staff, back.updated_at) == (True, True, None)
    assert str(back.department) == "sales"
    assert [role.name for role in back.roles.all()] == ["crew"]
    assert [position.name for position in back.positions.all()] == ["cook"]
    assert grants_of(back.pk).codes == {"a:b:c"}
    assert not Session.objects.live().exists()


def test_a_user_who_was_disabled_returns_disabled(boss: User, bob: User) -> None:
    User._base_manager.filter(pk=bob.pk).update(is_active=False)
    bob.refresh_from_db()
    user_restore(actor=boss, user=bob)
    assert not User.objects.get(username="bob").is_active


def test_a_session_that_slipped_through_is_closed_by_the_return(boss: User, bob: User) -> None:
    session_open(user=bob, channel=Channel.API)
    user_restore(actor=boss, user=bob)
    assert not Session.objects.live().exists()


@pytest.mark.parametrize(
    ("taken", "refusal", "other"),
    [
        ({"username": "bob"}, errors.RestoreUsernameError, {"username": "bob2"}),
        ({"email": "BOB@example.com"}, errors.RestoreEmailError, {"email": None}),
    ],
)
def test_what_was_taken_meanwhile_is_told_and_something_else_helps(
    boss: User,
    bob: User,
    make_user: Any,
    taken: dict[str, Any],
    refusal: type[DomainError],
    other: dict[str, Any],
) -> None:
    make_user(**taken)
    with pytest.raises(refusal, match=r"bob"):
        user_restore(actor=boss, user=bob)
    assert User.bin.get() == bob
    user_restore(actor=boss, user=bob, **other)
    assert User.objects.filter(pk=bob.pk, **other).exists()


def test_a_department_in_the_bin_is_told_and_another_one_or_none_helps(
    boss: User, bob: User
) -> None:
    assert bob.department is not None
    bob.department.move_to_bin()
    with pytest.raises(errors.RestoreDepartmentError, match="sales"):
        user_restore(actor=boss, user=bob)
    gone = Department.bin.get()
    with pytest.raises(NotFoundError):
        user_restore(actor=boss, user=bob, department=gone)
    user_restore(actor=boss, user=bob, department=None)
    assert User.objects.get(pk=bob.pk).department is None


def test_nobody_brings_back_who_may_do_more_and_nobody_purges_them(
    bob: User, make_user: Any
) -> None:
    clerk = make_user(roles=[make_role(make_button("x:y:z"))])
    for act in (
        lambda: user_restore(actor=clerk, user=bob),
        lambda: users_purge(actor=clerk, users=[bob]),
    ):
        with pytest.raises(NotHeldError):
            act()
    User._base_manager.filter(pk=bob.pk).update(is_superuser=True)
    bob.refresh_from_db()
    for act in (
        lambda: user_restore(actor=clerk, user=bob),
        lambda: users_purge(actor=clerk, users=[bob]),
    ):
        with pytest.raises(errors.SuperuserOnlyError):
            act()
    assert User.bin.get() == bob


def test_nobody_brings_back_who_sees_more(boss: User, make_user: Any) -> None:
    seer = make_user(username="seer", roles=[make_role(make_button("a:b:c"), is_scoped=False)])
    user_delete(actor=boss, user=seer)
    role = make_role(make_button("a:b:c"))
    role.scopes.add(make_scope())
    with pytest.raises(NotHeldError):
        user_restore(actor=make_user(roles=[role]), user=seer)
    assert User.bin.get() == seer


def test_a_purge_takes_what_is_theirs_alone(boss: User, bob: User) -> None:
    users_purge(actor=boss, users=[bob])
    assert not User._base_manager.filter(username="bob").exists()
    assert not Session.objects.exists()
    assert not PasswordHistory.objects.exists()


def test_superusers_in_the_bin_are_none_who_could_help(boss: User, make_user: Any) -> None:
    other = make_user(is_superuser=True)
    user_delete(actor=other, user=boss)
    with pytest.raises(errors.SelfChangeError):
        user_delete(actor=other, user=other)
    with pytest.raises(errors.LastSuperuserError):
        user_delete(actor=boss, user=other)
