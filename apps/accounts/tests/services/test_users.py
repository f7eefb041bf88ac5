from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.utils import timezone

from apps.accounts import errors
from apps.accounts.choices import Channel, Closing
from apps.accounts.models import User
from apps.accounts.services import users as services
from apps.accounts.services.codes import address_code_issue
from apps.accounts.services.sessions import session_open
from apps.core.context import RequestContext, enter_context
from apps.core.errors import NotFoundError
from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(make_user: Any) -> User:
    boss: User = make_user(is_superuser=True)
    return boss


def _create(actor: User | None = None, **changes: Any) -> User:
    fields: dict[str, Any] = {"username": "bob", "password": "Bobs-1", "department": None}
    return services.user_create(actor=actor, **{**fields, **changes})


def test_a_new_user_has_a_hash_in_the_history(boss: User) -> None:
    user = _create(boss)
    assert check_password("Bobs-1", user.password)
    assert [kept.password for kept in user.password_history.all()] == [user.password]
    assert user.nickname == "bob"


def test_a_row_remembers_who_made_and_who_changed_it(boss: User, make_user: Any) -> None:
    enter_context(RequestContext(request_id="r", user_id=boss.pk))
    try:
        user = _create(boss)
        assert (user.created_by_id, user.updated_by_id, user.updated_at) == (boss.pk, None, None)
        other = make_user(is_superuser=True)
        enter_context(RequestContext(request_id="r", user_id=other.pk))
        services.user_update(actor=other, user=user, nickname="Bob")
    finally:
        enter_context(None)
    user.refresh_from_db()
    assert (user.created_by_id, user.updated_by_id) == (boss.pk, other.pk)
    assert user.updated_at is not None


def test_names_and_addresses_are_unique(boss: User, make_user: Any) -> None:
    make_user(username="bob")
    make_user(email="a@example.com")
    with pytest.raises(errors.UsernameTakenError):
        _create(boss)
    with pytest.raises(errors.EmailTakenError):
        _create(boss, username="carl", email="A@example.com")


def test_a_user_may_keep_their_own_name(boss: User, make_user: Any) -> None:
    user = make_user(username="bob", email="b@example.com")
    services.user_update(actor=boss, user=user, username="bob", email="b@example.com")


def test_positions_are_replaced_only_if_given(boss: User, make_user: Any) -> None:
    user = make_user()
    clerk = Position.objects.create(name="clerk", code="clerk")
    services.user_update(actor=boss, user=user, positions=[clerk])
    services.user_update(actor=boss, user=user, nickname="x")
    assert list(user.positions.all()) == [clerk]
    services.user_update(actor=boss, user=user, positions=[])
    assert not user.positions.exists()


def test_taking_multi_login_away_leaves_the_newest_session(boss: User, make_user: Any) -> None:
    user = make_user(is_multi_login=True)
    session_open(user=user, channel=Channel.API)
    newest = session_open(user=user, channel=Channel.API)
    assert services.user_flag_toggle(actor=boss, user=user, flag="multi_login") is False
    assert [str(session.sid) for session in user.sessions.live()] == [newest.sid]


def test_disabling_ends_sessions_and_enabling_does_not_bring_them_back(
    boss: User, make_user: Any
) -> None:
    user = make_user()
    session_open(user=user, channel=Channel.API)
    assert services.user_flag_toggle(actor=boss, user=user, flag="status") is False
    assert user.sessions.get().closing == Closing.DISABLED
    assert services.user_flag_toggle(actor=boss, user=user, flag="status") is True
    assert not user.sessions.live().exists()


def test_the_last_superuser_can_be_neither_disabled_nor_demoted_nor_deleted(
    boss: User, make_user: Any
) -> None:
    deputy = make_user(is_superuser=True)
    services.user_flag_toggle(actor=boss, user=deputy, flag="superuser")
    ghost = make_user(is_superuser=True)
    User.objects.filter(pk=boss.pk).delete()
    actor = User(pk=0, is_superuser=True)
    with pytest.raises(errors.LastSuperuserError):
        services.user_flag_toggle(actor=actor, user=ghost, flag="superuser")
    with pytest.raises(errors.LastSuperuserError):
        services.user_flag_toggle(actor=actor, user=ghost, flag="status")
    with pytest.raises(errors.LastSuperuserError):
        services.user_delete(actor=actor, user=ghost)


def test_a_disabled_superuser_may_be_deleted(boss: User, make_user: Any) -> None:
    ghost = make_user(is_superuser=True, is_active=False)
    services.user_delete(actor=boss, user=ghost)
    assert not User.objects.filter(pk=ghost.pk).exists()


def test_own_account_cannot_be_deleted_or_disabled(boss: User) -> None:
    with pytest.raises(errors.SelfChangeError):
        services.user_delete(actor=boss, user=boss)
    with pytest.raises(errors.SelfChangeError):
        services.user_flag_toggle(actor=boss, user=boss, flag="status")


def test_a_reset_may_ask_for_another_change(boss: User, make_user: Any) -> None:
    user = make_user()
    services.user_password_reset(actor=boss, user=user, password="Reset-1", must_change=True)
    user.refresh_from_db()
    assert user.must_change_password
    assert check_password("Reset-1", user.password)


def test_an_address_of_ones_own_needs_its_code(make_user: Any) -> None:
    user = make_user()
    code = address_code_issue(user=user, address="a@example.com")
    services.profile_email_change(user=user, email="a@example.com", code=code)
    user.refresh_from_db()
    assert user.email == "a@example.com"


def test_nobody_joins_a_department_that_was_deleted_a_moment_ago(
    boss: User, make_user: Any
) -> None:
    department = Department.objects.create(name="d")
    Department.objects.update(deleted_at=timezone.now())
    with pytest.raises(NotFoundError):
        _create(boss, department=department)
    with pytest.raises(NotFoundError):
        services.user_update(actor=boss, user=make_user(), department=department)


def test_somebody_who_was_deleted_a_moment_ago_changes_nothing(boss: User) -> None:
    user = _create(boss)
    services.user_delete(actor=boss, user=user)
    with pytest.raises(errors.SessionEndedError):
        services.profile_update(user=user, nickname="ghost")
    assert User.bin.get().nickname == "bob"


def test_users_are_switched_together_and_superusers_stay(make_user: Any) -> None:
    boss, other, ann, bob = (
        make_user(is_superuser=True),
        make_user(is_superuser=True),
        *(make_user() for _ in "ab"),
    )
    assert (
        services.users_set_active(actor=boss, users=[other, ann, bob, boss], is_active=False) == 2
    )
    for row in (other, ann, bob):
        row.refresh_from_db()
    assert (other.is_active, ann.is_active, bob.is_active) == (True, False, False)
    assert services.users_set_active(actor=boss, users=[ann, bob], is_active=True) == 2
    with pytest.raises(errors.SelfChangeError):
        services.users_set_active(actor=ann, users=[ann], is_active=False)


def test_who_watches_the_users_is_told_of_each_change(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str, int]] = []
    monkeypatch.setattr(
        services, "broadcast_row", lambda topic, event, *, pk: told.append((topic.name, event, pk))
    )
    made = _create(boss)
    services.user_update(actor=boss, user=made, nickname="other")
    services.user_flag_toggle(actor=boss, user=made, flag="status")
    services.profile_update(user=made, nickname="mine")
    services.user_delete(actor=boss, user=made)
    assert told == [("accounts.users", "user.changed", made.pk)] * 4
