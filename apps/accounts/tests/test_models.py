from typing import Any

import pytest

from apps.access.models import Menu, Role
from apps.accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_user_from_the_database_has_the_codes_of_their_roles(make_user: Any) -> None:
    role = Role.objects.create(name="r")
    role.menus.add(Menu.objects.create(name="a", title="a", kind=2, perms="x:y:a"))
    user = User.objects.get(pk=make_user(roles=[role]).pk)
    assert user.has_perm("x:y:a")
    assert not user.has_perm("x:y:b")


def test_superusers_hold_everything_and_the_disabled_nothing(make_user: Any) -> None:
    assert make_user(is_superuser=True).has_perm("any:thing")
    assert not make_user(is_superuser=True, is_active=False).has_perm("any:thing")


def test_the_console_is_for_staff(make_user: Any) -> None:
    assert make_user(is_staff=True).has_module_perms("accounts")
    assert not make_user().has_module_perms("accounts")


def test_people_are_greeted_by_nickname(make_user: Any) -> None:
    assert make_user(nickname="Ann").get_short_name() == "Ann"
    assert make_user(username="bob", nickname="").get_short_name() == "bob"
