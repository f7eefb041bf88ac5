from collections.abc import Callable
from typing import Any

import pytest

from apps.access.models import Menu, Role
from apps.console.selectors.sidebar import navigation, pages
from apps.core.cached import PRINCIPALS, invalidate

pytestmark = pytest.mark.django_db


def _titles(rf: Any, user: Any) -> dict[str, list[str]]:
    request = rf.get("/admin/")
    request.user = user
    return {
        str(group["title"]): [str(item["title"]) for item in group["items"]]
        for group in navigation(request)
    }


def test_a_group_shows_the_pages_whose_codes_are_held(rf: Any, client_with: Any) -> None:
    user = client_with("sys:dept:list", "sys:role:list", is_staff=True).user
    assert _titles(rf, user) == {
        "": ["Dashboard"],
        "Organization": ["Departments"],
        "Roles and permissions": ["Roles"],
    }


def test_plugins_come_last_in_a_group_of_their_own(rf: Any, make_user: Callable[..., Any]) -> None:
    groups = list(_titles(rf, make_user(is_superuser=True, is_staff=True)))
    assert groups[:4] == ["", "Organization", "Roles and permissions", "Accounts"]
    assert groups[-1] == "Plugins"


def test_a_menu_that_is_switched_off_takes_its_page_away(console_with: Any) -> None:
    browser = console_with("sys:dept:list")
    link = 'href="/admin/organization/department/"'
    assert link in browser.get("/admin/").content.decode()
    Menu.objects.filter(perms="sys:dept:list").update(is_active=False)
    invalidate(PRINCIPALS)
    assert link not in browser.get("/admin/").content.decode()
    assert Role.objects.count() == 1


def test_every_page_has_an_icon() -> None:
    assert all(page.icon for page in pages())
