"""The console in a real browser: scripts, styles, policy, keyboard; skipped without chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute

from apps.access.choices import MenuKind
from apps.access.models import Menu, Role
from apps.accounts.choices import Channel
from apps.accounts.models import Session, User
from apps.accounts.services.sessions import session_open
from apps.console.selectors.sidebar import pages
from apps.core.testing.browsers import IN_BROWSER, Open, sign_in
from apps.core.testing.fixtures import PASSWORD
from apps.organization.models import Department, Position

pytestmark = IN_BROWSER


@pytest.fixture
def admin(make_user: Callable[..., Any]) -> User:
    made: User = make_user(username="admin", is_staff=True, is_superuser=True)
    return made


def test_every_page_loads_without_a_complaint_and_nothing_leaves_the_house(
    open_page: Open, complaints: list[str], admin: User
) -> None:
    top = Department.objects.create(name="HQ")
    Department.objects.create(name="Sales", parent=top)
    Position.objects.create(name="Cook", code="cook")
    menu = Menu.objects.create(name="P", title="P", kind=MenuKind.PAGE, perms="sys:role:list")
    Role.objects.create(name="Crew").menus.add(menu)
    page = sign_in(open_page(color_scheme="dark"))
    assert page.locator("canvas[data-plot]").is_visible()
    paths = ["/admin/account/", "/admin/password_change/"]
    for entry in pages():
        paths.append(entry.url("changelist"))
        row = entry.model._default_manager.first()
        if row is not None:
            paths.append(entry.url("change", row.pk))
    paths += ["/admin/accounts/user/add/", f"/admin/organization/department/{top.pk}/delete/"]
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert complaints == [], path
    assert ("dark" in (page.get_attribute("html", "class") or "")) is True


def test_the_list_of_users_says_that_it_has_changed(
    open_page: Open, complaints: list[str], sockets: list[WebSocketRoute], admin: User
) -> None:
    page = sign_in(open_page())
    page.goto("/admin/accounts/user/")
    note = page.get_by_text("This list has changed.")
    for told in (
        {"type": "ready", "session": "s"},
        {"type": "subscribed", "topic": "accounts.users"},
        {"type": "event", "event": "user.changed", "topic": "another", "data": {"pk": 1}},
    ):
        sockets[-1].send(json.dumps(told))
    assert not note.is_visible()
    told = {"type": "event", "event": "user.changed", "topic": "accounts.users", "data": {"pk": 1}}
    sockets[-1].send(json.dumps(told))
    note.wait_for()
    page.get_by_role("link", name="Reload").click()
    page.wait_for_load_state()
    assert not note.is_visible()
    assert complaints == []


def test_a_role_is_filled_in_its_tree_by_mouse_and_by_keyboard(
    open_page: Open, complaints: list[str], admin: User
) -> None:
    top = Menu.objects.create(name="Top", title="Top", kind=MenuKind.DIRECTORY)
    first, other = (
        Menu.objects.create(name=n, title=n, kind=MenuKind.PAGE, parent=top, perms=f"{n}:x:list")
        for n in ("alpha", "beta")
    )
    below = {"kind": MenuKind.BUTTON, "parent": first}
    buttons = [
        Menu.objects.create(name=verb, title=verb, perms=f"alpha:x:{verb}", **below)
        for verb in ("add", "edit")
    ]
    role = Role.objects.create(name="Crew")
    page = sign_in(open_page())
    page.goto(f"/admin/access/role/{role.pk}/change/")
    box = {
        menu.pk: page.locator(f'input[name="menus"][value="{menu.pk}"]')
        for menu in (top, first, other, *buttons)
    }
    page.get_by_label("Filter by name or code").fill("alpha:x:add")
    assert not box[other.pk].is_visible()
    assert not box[buttons[1].pk].is_visible()
    page.get_by_label("Filter by name or code").fill("")
    box[first.pk].check()
    assert all(box[button.pk].is_checked() for button in buttons)
    assert box[top.pk].evaluate("box => box.checked && box.indeterminate")
    box[buttons[1].pk].focus()
    page.keyboard.press("Space")
    assert box[first.pk].evaluate("box => box.checked && box.indeterminate")
    assert "3 of 5 chosen" in page.locator("[data-perms=count]").inner_text()
    page.click("button[name=_save]")
    page.wait_for_url("**/role/")
    assert set(role.menus.all()) == {top, first, buttons[0]}
    assert complaints == []


def test_a_kicked_operator_is_outside_at_the_next_click(
    open_page: Open, admin: User, make_user: Callable[..., Any]
) -> None:
    make_user(username="olga", is_staff=True)
    olga = sign_in(open_page(), "olga")
    page = sign_in(open_page())
    page.goto("/admin/accounts/user/")
    row = page.locator("tr", has_text="olga")
    row.get_by_role("button", name="More actions").press("Enter")
    page.locator("nav a:visible", has_text="Sign out").click()
    dialog = page.get_by_role("dialog", name="Sign this user out everywhere?")
    dialog.get_by_role("button", name="Sign out").click()
    page.get_by_text("1 session was ended.").wait_for()
    olga.click("text=Dashboard")
    olga.get_by_text("The session has ended. Sign in again.").wait_for()
    assert Session.objects.filter(user__username="olga").live().count() == 0


def test_a_dialog_keeps_the_focus_and_says_what_is_wrong(
    open_page: Open, complaints: list[str], admin: User, user: User
) -> None:
    session_open(user=user, channel=Channel.API)
    page = sign_in(open_page())
    page.goto(f"/admin/accounts/user/{user.pk}/change/")
    page.get_by_text("Reset password").click()
    dialog = page.get_by_role("dialog", name="Reset the password")
    dialog.locator("input[type=password]").wait_for()
    page.wait_for_function("document.activeElement.type === 'password'")
    for _press in range(5):
        page.keyboard.press("Tab")
        assert dialog.locator(":focus").count() == 1
    dialog.locator("input[type=password]").fill("abc")
    page.keyboard.press("Enter")
    dialog.get_by_text("The password needs 6 characters or more.").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert user.sessions.live().exists()
    assert complaints == []


def test_who_cannot_see_the_captcha_answers_a_question(
    open_page: Open, admin: User, atrium: Callable[..., None]
) -> None:
    atrium(captcha=True)
    page = open_page()
    page.goto("/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.get_by_text("Cannot see it? Answer a question instead").click()
    question = page.locator("[data-captcha=asked]")
    question.wait_for()
    numbers = [int(word) for word in question.inner_text().strip("?").split() if word.isdigit()]
    page.fill("#id_captcha", str(sum(numbers)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def test_a_branch_of_the_tree_closes_and_stays_closed(open_page: Open, admin: User) -> None:
    top = Department.objects.create(name="Harbour")
    Department.objects.create(name="Pilots", parent=top)
    page = sign_in(open_page())
    page.goto("/admin/organization/department/")
    toggle = page.get_by_role("button", name="Open or close Harbour")
    toggle.press("Enter")
    assert toggle.get_attribute("aria-expanded") == "false"
    assert not page.get_by_text("Pilots").is_visible()
    page.reload()
    assert not page.get_by_text("Pilots").is_visible()
    page.get_by_role("button", name="Open all").click()
    assert page.get_by_text("Pilots").is_visible()


def test_the_language_is_switched_before_and_aftersign_in(open_page: Open, admin: User) -> None:
    page = open_page()
    page.goto("/admin/login/")
    page.get_by_role("button", name="简体中文").click()
    page.wait_for_function("document.documentElement.lang === 'zh-hans'")
    page.get_by_role("button", name="English").click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    sign_in(page)
    page.locator("#nav-sidebar-inner > div:last-child > [role=button]").press("Enter")
    page.get_by_role("button", name="简体中文").click()
    page.wait_for_function("document.documentElement.lang === 'zh-hans'")
    assert page.url.endswith("/admin/")


def test_a_phone_shows_the_lists_without_scrolling_sideways(open_page: Open, admin: User) -> None:
    Department.objects.create(name="Harbour")
    page = sign_in(open_page(viewport={"width": 390, "height": 844}))
    for path in ("/admin/", "/admin/accounts/user/", "/admin/organization/department/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_tree_is_arranged_by_dragging_and_by_keyboard(
    open_page: Open, complaints: list[str], admin: User
) -> None:
    top, other, third = (Department.objects.create(name=n, sort=s) for s, n in enumerate("ABC"))
    page = sign_in(open_page())
    page.goto("/admin/organization/department/")
    page.get_by_role("link", name="Arrange").click()
    page.wait_for_url("**/arrange/")  # until its scripts have run, buttons do nothing
    page.get_by_role("button", name="Move B below the row before it").press("Enter")
    page.get_by_text("B was moved.").wait_for()
    handle = page.locator(f'[data-row="{third.pk}"] [x-sort\\:handle]')
    start, end = handle.bounding_box(), page.locator(f'[data-row="{other.pk}"]').bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for step in range(1, 9):
        rise = (start["y"] - end["y"]) * step / 8
        page.mouse.move(end["x"] + 60, start["y"] + 8 - rise, steps=3)
    page.mouse.up()
    page.get_by_text("C was moved.").wait_for()
    other.refresh_from_db()
    third.refresh_from_db()
    assert (other.parent, third.parent) == (top, top)
    assert complaints == []
    page.route("**/arrange/", lambda route: route.abort())
    page.get_by_role("button", name="Move C out of its branch").press("Enter")
    page.get_by_text("The move could not be saved.").wait_for()


def _tell(socket: WebSocketRoute, event: str, number: int = 0, **data: Any) -> None:
    told = {"type": "event", "event": event, "topic": None, "data": data}
    socket.send(json.dumps(told | ({"id": number} if number else {})))


def test_what_is_told_while_one_works_is_shown_as_text_and_can_be_dismissed(
    open_page: Open, complaints: list[str], sockets: list[WebSocketRoute], admin: User
) -> None:
    page = sign_in(open_page(color_scheme="dark"))
    heard: list[str] = []
    sockets[-1].on_message(lambda message: heard.append(str(message)))
    sockets[-1].send(json.dumps({"type": "ready", "session": "s", "latest": 4}))
    box = page.locator("#at-toasts[role=status]")
    _tell(sockets[-1], "notice", 5, title="<b>Hello</b>", text="there", url="/admin/account/")
    _tell(sockets[-1], "notice", 5, title="again")
    _tell(sockets[-1], "notice", 6, title="away", url="//evil.example/")
    _tell(sockets[-1], "notice", 7, title="away", url="javascript:alert(1)")
    _tell(sockets[-1], "permissions.changed")
    _tell(sockets[-1], "permissions.changed")
    page.wait_for_selector("[data-kind=changed]")
    assert "What you may do has changed." in box.inner_text()
    assert "<b>Hello</b>" in box.inner_text()
    assert [link.get_attribute("href") for link in box.get_by_role("link").all()] == [
        "/admin/account/"
    ]
    assert box.locator(".at-toast").count() == 4
    for _toast in range(4):
        box.get_by_role("button", name="Dismiss").first.press("Enter")
    assert box.locator(".at-toast").count() == 0
    page.goto("/admin/account/")
    sockets[-1].on_message(lambda message: heard.append(str(message)))
    sockets[-1].send(json.dumps({"type": "ready", "session": "s", "latest": 9}))
    _tell(sockets[-1], "notice", 7, title="heard before")
    _tell(sockets[-1], "notice", 9, title="missed")
    page.get_by_text("missed").wait_for()
    assert box.locator(".at-toast").count() == 1
    assert json.loads(heard[-1]) == {"type": "since", "id": "7"}
    assert complaints == []


def test_a_session_that_is_ended_leads_to_thesign_in(
    open_page: Open, complaints: list[str], sockets: list[WebSocketRoute], admin: User
) -> None:
    page = sign_in(open_page())
    page.goto("/admin/account/")
    sockets[-1].send(json.dumps({"type": "ready", "session": "s", "latest": 0}))
    _tell(sockets[-1], "session.closed", sid="another")
    _tell(sockets[-1], "notice", 1, title="still here")
    page.get_by_text("still here").wait_for()
    page.context.clear_cookies()  # they mean nothing any more
    _tell(sockets[-1], "session.closed", sid="s")
    page.wait_for_url("**/admin/login/?next=*")
    assert complaints == []
