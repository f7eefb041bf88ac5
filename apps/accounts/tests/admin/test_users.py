from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from apps.access.admin import RoleAdmin
from apps.access.choices import MenuKind
from apps.access.models import Menu, Role
from apps.accounts.choices import Channel, Closing
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
CODES = tuple(
    f"sys:user:{verb}"
    for verb in ("list", "add", "edit", "del", "permission:edit", "password:reset")
)
YES = {"_form_submitted": "True"}


def _given(user: Any = None, **change: Any) -> dict[str, Any]:
    if user is None:
        given = {"username": "bo", "nickname": "Bo", "password": "Correct-1"}
        given |= {"confirm": "Correct-1", "must_change_password": "on", "is_multi_login": "on"}
        return {**given, **change}
    kept = {"username": user.username, "nickname": user.nickname, "is_active": "on"}
    return {**kept, "is_multi_login": "on", **change}


def _errors(answer: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = answer.context["adminform"].form.errors
    return errors


def test_a_user_is_made_with_place_and_roles_and_must_change_the_password(
    console_with: Any,
) -> None:
    role, post = Role.objects.create(name="R"), Position.objects.create(name="P", code="p")
    place = Department.objects.create(name="D")
    given = _given(department=place.pk, roles=[role.pk], positions=[post.pk])
    answer = console_with(*CODES).post(f"{LIST}add/", given)
    made = User.objects.get(username="bo")
    assert answer["Location"] == LIST
    assert (made.department, made.must_change_password) == (place, True)
    assert (list(made.roles.all()), list(made.positions.all())) == ([role], [post])
    assert check_password("Correct-1", made.password)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "abc", "confirm": "abc"}, "password"),
        ({"username": "ann"}, "username"),
        ({"email": "ANN@example.com"}, "email"),
        ({"confirm": "Other-1"}, "confirm"),
    ],
)
def test_a_bad_field_is_named_and_the_password_is_not_echoed(
    console_with: Any, make_user: Any, change: dict[str, str], field: str
) -> None:
    make_user(username="ann", email="ann@example.com")
    answer = console_with(*CODES).post(f"{LIST}add/", _given(**change))
    assert list(_errors(answer)) == [field]
    assert "Correct-1" not in answer.content.decode()
    assert not User.objects.filter(username="bo").exists()


def test_only_a_superuser_makes_operators_and_superusers(console_with: Any) -> None:
    flags = {"is_staff": "on", "is_superuser": "on"}
    console_with(*CODES).post(f"{LIST}add/", _given(**flags))
    made = User.objects.get(username="bo")
    assert (made.is_staff, made.is_superuser) == (False, False)
    console_with(is_superuser=True).post(f"{LIST}add/", _given(username="cy", **flags))
    made = User.objects.get(username="cy")
    assert (made.is_staff, made.is_superuser) == (True, True)


def test_a_role_above_the_editor_is_not_given(console_with: Any, user: User) -> None:
    high = Role.objects.create(name="High")
    high.menus.add(Menu.objects.create(name="H", title="H", kind=MenuKind.PAGE, perms="a:b:list"))
    answer = console_with(*CODES).post(f"{LIST}{user.pk}/change/", _given(user, roles=[high.pk]))
    assert "Missing: a:b:list" in answer.content.decode()
    assert not user.roles.exists()


def test_what_the_editor_cannot_see_is_not_taken_away(
    console_with: Any, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, seen = Role.objects.create(name="hidden"), Role.objects.create(name="seen")
    user.roles.set([hidden, seen])
    whole = RoleAdmin.get_queryset
    monkeypatch.setattr(
        RoleAdmin, "get_queryset", lambda page, request: whole(page, request).exclude(name="hidden")
    )
    console_with(*CODES).post(f"{LIST}{user.pk}/change/", _given(user, roles=[]))
    assert list(user.roles.all()) == [hidden]


def test_disabling_in_the_form_signs_the_user_out(console_with: Any, user: User) -> None:
    session_open(user=user, channel=Channel.API)
    given = _given(user)
    del given["is_active"]
    console_with(*CODES).post(f"{LIST}{user.pk}/change/", given)
    user.refresh_from_db()
    assert not user.is_active
    assert user.sessions.get().closing == Closing.DISABLED


def test_without_the_code_for_flags_they_are_only_shown(console_with: Any, user: User) -> None:
    given = _given(user, nickname="New")
    del given["is_active"]
    console_with("sys:user:list", "sys:user:edit").post(f"{LIST}{user.pk}/change/", given)
    user.refresh_from_db()
    assert (user.nickname, user.is_active) == ("New", True)


def test_a_reset_password_is_told_to_nobody_and_must_be_changed(
    console_with: Any, user: User
) -> None:
    session_open(user=user, channel=Channel.API)
    browser = console_with(*CODES)
    path = f"{LIST}{user.pk}/reset_password/"
    assert "Reset the password" in browser.get(path).content.decode()
    bad = browser.post(path, {**YES, "password": "abc"}).content.decode()
    assert "The password needs 6 characters or more." in bad
    assert user.sessions.live().count() == 1
    answer = browser.post(path, {**YES, "password": "Another-2"}, follow=True)
    assert "must change it at the next sign-in" in answer.content.decode()
    assert "Another-2" not in answer.content.decode()
    user.refresh_from_db()
    assert check_password("Another-2", user.password)
    assert user.must_change_password
    assert not user.sessions.live().exists()


def test_kicking_ends_every_session_of_the_user(console_with: Any, user: User) -> None:
    for channel in (Channel.API, Channel.CONSOLE):
        session_open(user=user, channel=channel)
    browser = console_with(*CODES)
    path = f"{LIST}{user.pk}/kick/"
    assert browser.get(path).status_code == 200
    assert user.sessions.live().count() == 2
    browser.post(path, YES)
    assert set(user.sessions.values_list("closing", flat=True)) == {Closing.KICKED}


def test_chosen_users_are_kicked_and_disabled_after_a_question(
    console_with: Any, user: User
) -> None:
    session_open(user=user, channel=Channel.API)
    browser = console_with(*CODES)
    for action, question in (("kick_selected", "Sign these users out"), ("disable", "Disable")):
        data = {"action": action, "_selected_action": [user.pk]}
        assert question in browser.post(LIST, data).content.decode()
        browser.post(LIST, {**data, "confirmed": "yes"})
    user.refresh_from_db()
    assert not user.is_active
    assert not user.sessions.live().exists()


def test_the_switch_turns_a_user_off_and_on(console_with: Any, user: User) -> None:
    browser = console_with(*CODES)
    for is_active in (False, True):
        browser.post(f"{LIST}{user.pk}/toggle/", YES)
        user.refresh_from_db()
        assert user.is_active is is_active


@pytest.mark.parametrize("what", ["reset_password", "kick", "toggle"])
def test_nobody_acts_on_somebody_who_may_do_more(
    console_with: Any, make_user: Any, what: str
) -> None:
    above = make_user(is_superuser=True)
    session_open(user=above, channel=Channel.API)
    answer = console_with(*CODES).post(
        f"{LIST}{above.pk}/{what}/", {**YES, "password": "Another-2"}
    )
    assert "Only a superuser may do this." in answer.content.decode()
    above.refresh_from_db()
    assert above.is_active
    assert above.sessions.live().count() == 1


@pytest.mark.parametrize("what", ["reset_password", "kick", "toggle"])
def test_each_action_needs_its_code(console_with: Any, user: User, what: str) -> None:
    browser = console_with("sys:user:list", "sys:user:edit")
    path = f"{LIST}{user.pk}/{what}/"
    assert browser.get(path).status_code == 403
    assert browser.post(path, {**YES, "password": "Another-2"}).status_code == 403
    assert f"/{what}/" not in browser.get(f"{LIST}{user.pk}/change/").content.decode()


def test_nobody_deletes_themselves_or_the_last_superuser(console_with: Any) -> None:
    browser = console_with(is_superuser=True)
    own = browser.user
    answer = browser.post(f"{LIST}{own.pk}/delete/", {"post": "yes"}, follow=True)
    assert "You cannot do this to your own account." in answer.content.decode()
    assert User.objects.filter(pk=own.pk).exists()


def test_the_list_shows_who_where_and_what(console_with: Any, make_user: Any) -> None:
    place = Department.objects.create(name="Harbour")
    role = Role.objects.create(name="Pilot")
    make_user(nickname="Ann Moor", roles=[role], department=place, is_active=False)
    page = console_with(*CODES).get(LIST).content.decode()
    for part in (">AM</span>", "Harbour", '<span class="at-chip">Pilot</span>', "disabled"):
        assert part in page


def test_the_list_is_filtered_by_department_and_role(console_with: Any, make_user: Any) -> None:
    place = Department.objects.create(name="Harbour")
    role = Role.objects.create(name="Pilot")
    both = make_user(roles=[role], department=place)
    browser = console_with(*CODES)
    query = {"department__id__exact": place.pk, "roles__id__exact": role.pk}
    assert list(browser.get(LIST, query).context["cl"].result_list) == [both]
