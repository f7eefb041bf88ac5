from typing import Any

import pytest
from django.utils import timezone

from apps.audit.constants import LOGIN_ROWS
from apps.audit.models import ChangeLog, LoginLog, OperaLog
from apps.core import landmarks
from apps.core.cached import invalidate
from apps.organization.models import Position

pytestmark = pytest.mark.django_db
LOGINS, OPERATIONS = "/admin/audit/loginlog/", "/admin/audit/operalog/"


def _login(**values: Any) -> LoginLog:
    values = {"is_success": True, "username": "ann", "happened_at": timezone.now()} | values
    return LoginLog.objects.create(**values)


def _opera(**values: Any) -> OperaLog:
    values = {"method": "POST", "path": "/x", "code": "200", "cost_us": 1500} | values
    return OperaLog.objects.create(is_success=True, happened_at=timezone.now(), **values)


def test_the_login_log_is_shown_and_searched(console_with: Any) -> None:
    browser = console_with("log:login:list")
    _login(country="Peru")
    _login(username="mallory", is_success=False, country="Norway", city="Oslo")
    text = browser.get(LOGINS).content.decode()
    assert "mallory" in text
    assert "Norway Oslo" in text
    assert "Peru" not in browser.get(f"{LOGINS}?q=mallory").content.decode().split("<table")[-1]
    found = browser.get(f"{LOGINS}?is_success__exact=0").content.decode().split("<table")[-1]
    assert "mallory" in found


def test_a_row_shows_everything_and_can_only_be_read(console_with: Any) -> None:
    browser = console_with("log:opera:list", "log:opera:del")
    row = _opera(args='{"json":{"a":"<b>"}}', title="Make a thing")
    path = f"{OPERATIONS}{row.pk}/change/"
    text = browser.get(path).content.decode()
    assert "&lt;b&gt;" in text
    assert "1.5 ms" in text
    assert browser.post(path, {"title": "other"}).status_code == 403
    assert browser.get(f"{OPERATIONS}add/").status_code == 403
    row.refresh_from_db()
    assert row.title == "Make a thing"


@pytest.mark.parametrize("path", [LOGINS, OPERATIONS])
def test_a_log_needs_its_code(path: str, console_with: Any) -> None:
    assert console_with("sys:user:list").get(path).status_code == 403


def test_later_pages_are_cut_at_landmarks(
    console_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landmarks, "STEP", 10)
    monkeypatch.setattr(landmarks, "MAX_TAIL", 20)
    browser = console_with("log:opera:list")
    for number in range(60):
        _opera(path=f"/path{number:02}")
    text = browser.get(f"{OPERATIONS}?p=2").content.decode()
    assert "/path34" in text
    assert "/path35" not in text
    assert "60 " in text


def test_a_change_is_shown_with_before_and_after(console_with: Any) -> None:
    browser = console_with("log:change:list")
    made = Position.objects.create(name="Clerk", code="c")
    made.name = "<b>Head"
    made.save()
    row = ChangeLog.objects.filter(model="organization.position").order_by("-pk")[0]
    text = browser.get("/admin/audit/changelog/?q=Head").content.decode()
    assert "position" in text
    text = browser.get(f"/admin/audit/changelog/{row.pk}/change/").content.decode()
    assert "Clerk" in text
    assert "&lt;b&gt;Head" in text


def test_a_change_of_a_plugin_that_is_gone_is_still_shown(console_with: Any) -> None:
    ChangeLog.objects.create(model="gone.thing", object_id=1, action="deleted", name="x")
    assert (
        "gone.thing"
        in console_with("log:change:list").get("/admin/audit/changelog/").content.decode()
    )


def test_the_logs_show_what_each_day_held(console_with: Any) -> None:
    browser = console_with("log:login:list")
    LoginLog.objects.all().delete()
    invalidate(LOGIN_ROWS)
    assert "Nothing was logged in the last 14 days." in browser.get(LOGINS).content.decode()
    LoginLog.objects.create(happened_at=timezone.now(), is_success=False)
    invalidate(LOGIN_ROWS)
    answer = browser.get(LOGINS)
    assert "1 row in 14 days" in answer.content.decode()
    assert answer.context["days_plot"].endswith(", 1]]")
