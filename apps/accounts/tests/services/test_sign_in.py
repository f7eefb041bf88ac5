from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.utils import timezone

from apps.access.models import Role
from apps.accounts import errors
from apps.accounts.choices import Channel
from apps.accounts.models import User
from apps.accounts.services import sign_in
from apps.accounts.services.captcha import captcha_make
from apps.core.testing.fixtures import PASSWORD
from apps.organization.models import Department

pytestmark = pytest.mark.django_db


def _sign_in(password: str = PASSWORD, username: str = "ann", **more: Any) -> sign_in.SignIn:
    return sign_in.user_sign_in(username=username, password=password, channel=Channel.API, **more)


def test_the_right_password_opens_a_session(user: Any) -> None:
    done = _sign_in()
    assert done.user == user
    assert done.days_left is None
    assert user.sessions.get().sid.hex == done.tokens.sid.replace("-", "")
    user.refresh_from_db()
    assert timezone.now() - user.last_login < timedelta(minutes=1)


@pytest.mark.parametrize(("username", "password"), [("ann", "wrong"), ("nobody", "wrong")])
def test_unknown_user_and_wrong_password_get_the_same_answer(
    user: Any, username: str, password: str
) -> None:
    with pytest.raises(errors.SignInError):
        _sign_in(password, username)


def test_unknown_user_and_wrong_password_cost_the_same_hashing(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def check(_password: str, encoded: str, **_more: Any) -> bool:
        checked.append(encoded.split("$", maxsplit=1)[0])
        return False

    monkeypatch.setattr(sign_in, "check_password", check)
    for username in ("ann", "nobody"):
        with pytest.raises(errors.SignInError):
            _sign_in("wrong", username)
    assert len(checked) == 2
    assert checked[0] == checked[1]


def test_the_state_of_an_account_is_told_only_to_who_knows_its_password(user: Any) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(errors.UserDisabledError):
        _sign_in()
    with pytest.raises(errors.SignInError):
        _sign_in("wrong")


def test_a_disabled_or_deleted_department_is_refused(user: Any) -> None:
    department = Department.objects.create(name="d", is_active=False)
    User.objects.update(department=department)
    with pytest.raises(errors.DepartmentDisabledError):
        _sign_in()
    Department.objects.update(is_active=True, deleted_at=timezone.now())
    with pytest.raises(errors.DepartmentDisabledError):
        _sign_in()


def test_a_user_whose_roles_are_all_disabled_is_refused(user: Any) -> None:
    user.roles.add(Role.objects.create(name="off", is_active=False))
    with pytest.raises(errors.RolesDisabledError):
        _sign_in()
    user.roles.add(Role.objects.create(name="on"))
    assert _sign_in().user == user


def test_an_expired_password_has_a_way_out(user: Any) -> None:
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=400))
    with pytest.raises(errors.PasswordExpiredError):
        _sign_in()
    sign_in.expired_password_change(
        username="ann", old=PASSWORD, new="Fresh-1", confirm="Fresh-1", channel=Channel.API
    )
    assert _sign_in("Fresh-1").user == user


def test_a_password_that_must_be_changed_has_the_same_way_out(user: Any) -> None:
    User.objects.update(must_change_password=True)
    with pytest.raises(errors.PasswordChangeRequiredError):
        _sign_in()
    with pytest.raises(errors.SignInError):
        sign_in.expired_password_change(
            username="ann", old="wrong", new="Fresh-1", confirm="Fresh-1", channel=Channel.API
        )
    sign_in.expired_password_change(
        username="ann", old=PASSWORD, new="Fresh-1", confirm="Fresh-1", channel=Channel.API
    )
    assert _sign_in("Fresh-1").user == user


@pytest.mark.parametrize(("age", "left"), [(360, 4), (350, None)])
def test_a_password_that_expires_soon_is_reminded_of(user: Any, age: int, left: int | None) -> None:
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=age))
    assert _sign_in().days_left == left


def test_the_captcha_comes_before_the_password(user: Any, atrium: Callable[..., None]) -> None:
    atrium(captcha=True)
    with pytest.raises(errors.CaptchaMissingError):
        _sign_in("wrong")
    made = captcha_make()
    answer = cache.get(f"captcha:{made.id}")
    assert _sign_in(captcha_id=made.id, captcha=answer).user == user


def test_five_wrong_passwords_lock_even_the_right_one_out(user: Any) -> None:
    for _time in range(4):
        with pytest.raises(errors.SignInError):
            _sign_in("wrong")
    with pytest.raises(errors.LockedError):
        _sign_in("wrong")
    with pytest.raises(errors.LockedError):
        _sign_in()


def test_a_hash_of_an_older_kind_is_replaced_at_sign_in(user: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    old = make_password(PASSWORD, hasher="pbkdf2_sha256")
    User.objects.update(password=old)
    _sign_in()
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert _sign_in().user == user


def test_somebody_who_is_deleted_while_they_sign_in_stays_out(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove = sign_in._prove

    def prove_and_delete(**given: Any) -> Any:
        proved = prove(**given)
        user.move_to_bin()
        return proved

    monkeypatch.setattr(sign_in, "_prove", prove_and_delete)
    with pytest.raises(errors.SignInError):
        sign_in.user_sign_in(username="ann", password=PASSWORD, channel=Channel.API)
    assert not user.sessions.exists()
