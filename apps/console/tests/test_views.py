"""Sign-in, passwords, the own account and the search, as a browser without scripts sees them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from apps.access.models import Role
from apps.accounts.choices import Channel, Closing
from apps.accounts.models import Session, User
from apps.accounts.services.captcha import captcha_make
from apps.accounts.services.sessions import session_open, sessions_close
from apps.console.constants import CAPTCHAS_PER_MINUTE
from apps.core.cached import two_level
from apps.core.testing.fixtures import PASSWORD

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
LOGIN = "/admin/login/"
NEW = "Another-2"


@pytest.fixture
def operator(make_user: Make) -> User:
    made: User = make_user(username="olga", is_staff=True)
    return made


def _sign_in(browser: Client, username: str = "olga", password: str = PASSWORD, **more: str) -> Any:
    return browser.post(LOGIN, {"username": username, "password": password, **more})


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_right_password_opens_the_console(client: Client, operator: User) -> None:
    answer = _sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    session = operator.sessions.get()
    assert (session.channel, session.closed_at) == (Channel.CONSOLE, None)


def test_who_came_for_a_page_gets_it_after_sign_in(client: Client, operator: User) -> None:
    answer = client.get("/admin/account/")
    assert answer["Location"] == f"{LOGIN}?next=/admin/account/"
    assert 'name="next" value="/admin/account/"' in _text(client.get(answer["Location"]))
    assert _sign_in(client, next="/admin/account/")["Location"] == "/admin/account/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_nobody_is_sent_elsewhere(client: Client, operator: User, elsewhere: str) -> None:
    assert _sign_in(client, next=elsewhere)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("username", "password"), [("olga", "Incorrect-9"), ("nobody", "Incorrect-9")]
)
def test_a_wrong_name_and_a_wrong_password_look_alike(
    client: Client, operator: User, username: str, password: str
) -> None:
    answer = _sign_in(client, username, password)
    assert answer.status_code == 200
    assert "User name or password is wrong." in _text(answer)
    assert password not in _text(answer)


def test_too_many_wrong_passwords_lock_the_console_too(client: Client, operator: User) -> None:
    answers = [_sign_in(client, password="wrong") for _attempt in range(5)]
    assert "Too many failed attempts" in _text(answers[4])
    assert "Too many failed attempts" in _text(_sign_in(client))


def test_who_is_no_operator_stays_outside_and_leaves_no_trace(
    client: Client, make_user: Make
) -> None:
    make_user(username="paul", is_multi_login=False)
    session_open(user=User.objects.get(username="paul"), channel=Channel.API)
    answer = _sign_in(client, "paul")
    assert "may not use the console" in _text(answer)
    session = Session.objects.get()
    assert (session.channel, session.closed_at) == (Channel.API, None)
    assert client.get("/admin/").status_code == 302


def test_an_operator_who_is_one_no_more_is_told_so(client: Client, operator: User) -> None:
    _sign_in(client)
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    cache.clear()
    two_level.drop(None)
    answer = client.get("/admin/", follow=True)
    assert "may not use the console" in _text(answer)


def test_a_kicked_operator_lands_on_the_sign_in_page_with_a_message(
    client: Client, operator: User
) -> None:
    _sign_in(client)
    sessions_close(sessions=operator.sessions.all(), closing=Closing.KICKED)
    answer = client.get("/admin/", follow=True)
    assert answer.request["PATH_INFO"] == LOGIN
    assert "The session has ended. Sign in again." in _text(answer)


def test_a_captcha_is_asked_for_where_the_platform_wants_one(
    client: Client, operator: User, atrium: Make
) -> None:
    atrium(captcha=True)
    page = _text(client.get(LOGIN))
    assert 'name="captcha_id"' in page
    assert "Enter the captcha." in _text(_sign_in(client))
    made = captcha_make()
    wrong = _sign_in(client, captcha_id=made.id, captcha="wrong")
    assert "The captcha is wrong." in _text(wrong)
    made = captcha_make()
    right = cache.get(f"captcha:{made.id}")
    assert _sign_in(client, captcha_id=made.id, captcha=right).status_code == 302


def test_who_cannot_see_the_picture_answers_a_question(client: Client) -> None:
    made = client.get("/admin/captcha/?kind=question").json()
    assert made["image"] == ""
    numbers = [int(word) for word in made["question"].strip("?").split() if word.isdigit()]
    assert cache.get(f"captcha:{made['id']}") == str(sum(numbers))


def test_captchas_are_not_made_without_end(client: Client, atrium: Make) -> None:
    atrium(captcha=True)
    answers = [client.get("/admin/captcha/") for _call in range(CAPTCHAS_PER_MINUTE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    page = _text(client.get(LOGIN))
    assert "Too many captchas. Wait a minute." in page
    assert "data:image/jpeg" not in page


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ({"must_change_password": True}, "Choose your own password."),
        (
            {"password_changed_at": timezone.now() - timedelta(days=366)},
            "Your password has expired.",
        ),
    ],
    ids=["must", "expired"],
)
def test_who_must_change_the_password_can_do_only_that(
    client: Client, make_user: Make, why: dict[str, Any], said: str
) -> None:
    make_user(username="olga", is_staff=True, **why)
    answer = _sign_in(client)
    assert answer["Location"] == "/admin/password/"
    assert client.get("/admin/").status_code == 302
    page = _text(client.get("/admin/password/"))
    assert 'value="olga"' in page
    assert said in page
    given = {"username": "olga", "old": PASSWORD, "new": NEW, "confirm": NEW}
    changed = client.post("/admin/password/", given, follow=True)
    assert changed.request["PATH_INFO"] == LOGIN
    assert "The password was changed." in _text(changed)
    assert _sign_in(client, password=NEW)["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"old": "wrong"}, "User name or password is wrong."),
        ({"confirm": "Other-3"}, "The two passwords differ."),
        ({"new": "abc", "confirm": "abc"}, "The password needs 6 characters or more."),
    ],
)
def test_a_new_password_that_is_refused_says_why(
    client: Client, operator: User, change: dict[str, str], said: str
) -> None:
    given = {"username": "olga", "old": PASSWORD, "new": NEW, "confirm": NEW, **change}
    answer = client.post("/admin/password/", given)
    assert said in _text(answer)
    assert given["new"] not in _text(answer)


def test_signing_out_closes_the_session_and_needs_a_post(client: Client, operator: User) -> None:
    _sign_in(client)
    assert client.get("/admin/logout/").status_code == 405
    answer = client.post("/admin/logout/", follow=True)
    assert "You have signed out." in _text(answer)
    assert operator.sessions.get().closing == Closing.LOGOUT
    assert client.get("/admin/").status_code == 302


def test_the_own_password_is_changed_and_all_other_sessions_end(
    client: Client, operator: User
) -> None:
    other = session_open(user=operator, channel=Channel.API)
    _sign_in(client)
    given = {"old": PASSWORD, "new": NEW, "confirm": NEW}
    answer = client.post("/admin/password_change/", given, follow=True)
    assert "Your password was changed." in _text(answer)
    assert client.get("/admin/").status_code == 200
    assert Session.objects.get(sid=other.sid).closing == Closing.PASSWORD
    assert operator.sessions.live().count() == 1


def test_the_own_password_needs_the_old_one(client: Client, operator: User) -> None:
    _sign_in(client)
    given = {"old": "wrong", "new": NEW, "confirm": NEW}
    answer = client.post("/admin/password_change/", given)
    assert "The old password is wrong." in _text(answer)
    assert operator.sessions.live().count() == 1


def test_a_password_that_expires_soon_is_said_at_sign_in(client: Client, make_user: Make) -> None:
    changed = timezone.now() - timedelta(days=362)
    make_user(username="olga", is_staff=True, password_changed_at=changed)
    _sign_in(client)
    assert "Your password expires in 2 days." in _text(client.get("/admin/"))


def test_an_operator_ends_their_own_other_sessions_only(
    client: Client, operator: User, user: User
) -> None:
    others = session_open(user=user, channel=Channel.API)
    mine = session_open(user=operator, channel=Channel.API)
    second = session_open(user=operator, channel=Channel.API)
    _sign_in(client)
    foreign = Session.objects.get(sid=others.sid)
    client.post("/admin/account/", {"session": str(foreign.pk)})
    assert operator.sessions.live().count() == 3
    client.post("/admin/account/", {"session": str(Session.objects.get(sid=mine.sid).pk)})
    assert Session.objects.get(sid=mine.sid).closing == Closing.LOGOUT
    answer = client.post("/admin/account/", {"session": ""}, follow=True)
    assert "1 session was ended." in _text(answer)
    assert Session.objects.get(sid=second.sid).closed_at is not None
    foreign.refresh_from_db()
    assert foreign.closed_at is None


def test_the_search_finds_what_the_operator_may_see(console_with: Make) -> None:
    Role.objects.create(name="Harbour masters")
    path = "/admin/search/?extended=1&s=harbour"
    assert "Harbour masters" in _text(console_with("sys:role:list").get(path))
    refused = _text(console_with("sys:dept:list").get(path))
    assert "Harbour masters" not in refused
    assert "Nothing you may see matches." in refused


def test_a_form_without_its_token_is_refused(operator: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert _sign_in(browser).status_code == 403
