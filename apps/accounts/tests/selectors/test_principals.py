from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.access.models import Menu, Role
from apps.accounts import errors
from apps.accounts.choices import Channel
from apps.accounts.models import Session, User
from apps.accounts.selectors.principals import principal_of, user_from
from apps.accounts.services.sessions import session_open
from apps.core.cached import PRINCIPALS, invalidate, two_level, user_tag
from apps.organization.models import Department

pytestmark = pytest.mark.django_db


@pytest.fixture
def sid(user: Any) -> str:
    return session_open(user=user, channel=Channel.API).sid


def test_a_principal_is_read_once(
    user: Any, sid: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    principal_of(sid=sid, user_id=user.pk)
    two_level.drop(None)  # as another process, or a second later
    with django_assert_num_queries(0):
        assert principal_of(sid=sid, user_id=user.pk)["user"]["username"] == "ann"


def test_the_codes_are_those_of_active_menus_of_active_roles(user: Any, sid: str) -> None:
    role = Role.objects.create(name="r")
    role.menus.add(
        Menu.objects.create(name="a", title="a", kind=2, perms="x:y:a, x:y:b"),
        Menu.objects.create(name="b", title="b", kind=2, perms="x:y:c", is_active=False),
    )
    off = Role.objects.create(name="off", is_active=False)
    off.menus.add(Menu.objects.create(name="d", title="d", kind=2, perms="x:y:d"))
    user.roles.set([role, off])
    principal = principal_of(sid=sid, user_id=user.pk)
    assert principal["codes"] == ["x:y:a", "x:y:b"]
    assert principal["role_ids"] == [role.pk]
    found = user_from(principal)
    assert found.has_perm("x:y:a")
    assert not found.has_perm("x:y:d")


def _disable_user(_user: User) -> None:
    User.objects.update(is_active=False)


def _disable_department(user: User) -> None:
    User.objects.filter(pk=user.pk).update(
        department=Department.objects.create(name="d", is_active=False)
    )


def _disable_roles(user: User) -> None:
    user.roles.add(Role.objects.create(name="off", is_active=False))


def _expire(_user: User) -> None:
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _close(_user: User) -> None:
    Session.objects.update(closed_at=timezone.now())


@pytest.mark.parametrize(
    ("happen", "error"),
    [
        (_disable_user, errors.UserDisabledError),
        (_disable_department, errors.DepartmentDisabledError),
        (_disable_roles, errors.RolesDisabledError),
        (_expire, errors.SessionEndedError),
        (_close, errors.SessionEndedError),
    ],
)
def test_what_ends_a_principal_is_named(
    user: Any, sid: str, happen: Callable[[User], None], error: type[Exception]
) -> None:
    assert principal_of(sid=sid, user_id=user.pk)
    happen(user)
    invalidate(user_tag(user.pk))
    with pytest.raises(error):
        principal_of(sid=sid, user_id=user.pk)


def test_a_session_runs_out_even_while_it_is_cached(
    user: Any, sid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal_of(sid=sid, user_id=user.pk)
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr("apps.accounts.selectors.principals.timezone.now", lambda: later)
    with pytest.raises(errors.SessionEndedError):
        principal_of(sid=sid, user_id=user.pk)


def test_somebody_elses_session_is_none(user: Any, sid: str, make_user: Any) -> None:
    with pytest.raises(errors.SessionEndedError):
        principal_of(sid=sid, user_id=make_user().pk)


def test_a_change_of_roles_reaches_every_principal(user: Any, sid: str) -> None:
    principal_of(sid=sid, user_id=user.pk)
    role = Role.objects.create(name="r")
    role.menus.add(Menu.objects.create(name="a", title="a", kind=2, perms="x:y:a"))
    user.roles.add(role)
    invalidate(PRINCIPALS)
    assert principal_of(sid=sid, user_id=user.pk)["codes"] == ["x:y:a"]


def test_what_the_snapshot_lacks_is_read_when_asked_for(user: Any, sid: str) -> None:
    found = user_from(principal_of(sid=sid, user_id=user.pk))
    assert found.password == user.password
    assert found == user
    assert found.get_short_name() == "ann"


def test_superusers_are_not_bound_by_disabled_roles(user: Any, sid: str) -> None:
    User.objects.update(is_superuser=True)
    _disable_roles(user)
    assert principal_of(sid=sid, user_id=user.pk)["role_ids"] == []
