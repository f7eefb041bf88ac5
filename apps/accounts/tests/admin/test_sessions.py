from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.choices import Channel, Closing
from apps.accounts.models import Session
from apps.accounts.services.sessions import session_open

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/session/"


@pytest.fixture
def session(user: Any) -> Session:
    return Session.objects.get(sid=session_open(user=user, channel=Channel.API).sid)


def test_ending_asks_in_a_dialog_and_ends_the_session(console_with: Any, session: Session) -> None:
    browser = console_with(is_superuser=True)
    path = f"{LIST}{session.pk}/end/"
    assert "End this session?" in browser.get(path).content.decode()
    session.refresh_from_db()
    assert session.closed_at is None
    answer = browser.post(path, {"_form_submitted": "True"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == LIST
    session.refresh_from_db()
    assert session.closing == Closing.KICKED


def test_chosen_sessions_end_after_a_question(console_with: Any, session: Session) -> None:
    browser = console_with(is_superuser=True)
    data = {"action": "end_selected", "_selected_action": [session.pk]}
    assert "End these sessions?" in browser.post(LIST, data).content.decode()
    answer = browser.post(LIST, {**data, "confirmed": "yes"}, follow=True)
    assert "1 session was ended." in answer.content.decode()
    session.refresh_from_db()
    assert session.closed_at is not None


def test_who_may_only_look_ends_nothing(console_with: Any, session: Session) -> None:
    browser = console_with("sys:session:list")
    assert browser.get(LIST).status_code == 200
    path = f"{LIST}{session.pk}/end/"
    assert browser.post(path, {"_form_submitted": "True"}).status_code == 403
    data = {"action": "end_selected", "_selected_action": [session.pk], "confirmed": "yes"}
    browser.post(LIST, data)
    session.refresh_from_db()
    assert session.closed_at is None


def test_sessions_are_not_written_by_hand(console_with: Any, session: Session) -> None:
    browser = console_with(is_superuser=True)
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{session.pk}/change/", {}).status_code == 403
    assert browser.post(f"{LIST}{session.pk}/delete/", {"post": "yes"}).status_code == 403


def test_open_and_ended_ones_are_told_apart(console_with: Any, user: Any) -> None:
    past = timezone.now() - timedelta(days=1)
    run_out = Session.objects.create(user=user, expires_at=past)
    browser = console_with(is_superuser=True)
    assert "run out" in browser.get(LIST).content.decode()
    opened = browser.get(LIST, {"open": "1"}).context["cl"].result_list
    ended = browser.get(LIST, {"open": "0"}).context["cl"].result_list
    assert run_out not in opened
    assert list(ended) == [run_out]


def test_nobody_ends_a_session_of_somebody_who_may_do_more(
    console_with: Any, make_user: Any
) -> None:
    above = make_user(is_superuser=True)
    session = Session.objects.get(sid=session_open(user=above, channel=Channel.API).sid)
    browser = console_with("sys:session:list", "sys:session:kick")
    data = {"action": "end_selected", "_selected_action": [session.pk], "confirmed": "yes"}
    for answer in (
        browser.post(f"{LIST}{session.pk}/end/", {"_form_submitted": "True"}),
        browser.post(LIST, data, follow=True),
    ):
        assert "Only a superuser may do this." in answer.content.decode()
    session.refresh_from_db()
    assert session.closed_at is None
