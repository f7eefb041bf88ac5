from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from apps.access.models import Role
from apps.accounts.models import User
from apps.accounts.seeds import seed

pytestmark = pytest.mark.django_db


def test_the_first_administrator_gets_a_random_password_that_is_told_once() -> None:
    lines = seed(demo=False)
    admin = User.objects.get()
    password = lines[0].rpartition(" ")[2]
    assert check_password(password, admin.password)
    assert (admin.is_superuser, admin.is_staff, admin.must_change_password) == (True, True, True)
    assert seed(demo=False) == []
    assert User.objects.count() == 1


def test_no_administrator_is_made_beside_a_superuser_of_another_name(make_user: Any) -> None:
    make_user(username="boss", is_superuser=True)
    assert seed(demo=False) == []
    assert not User.objects.filter(username="admin").exists()


def test_the_demo_has_three_accounts_that_hold_the_roles_of_the_demo() -> None:
    operator = Role.objects.create(name="Operator", remark="demo:operator")
    assert seed(demo=True) == []
    opt, user = User.objects.get(username="opt"), User.objects.get(username="user")
    assert check_password("123456", opt.password)
    assert list(opt.roles.all()) == [operator]
    assert not user.roles.exists()
    assert User.objects.filter(is_superuser=True).get().username == "admin"


def test_the_demo_changes_no_account_that_exists() -> None:
    seed(demo=True)
    User.objects.update(nickname="changed")
    assert seed(demo=True) == []
    assert set(User.objects.values_list("nickname", flat=True)) == {"changed"}
