from typing import Any

import pytest

from apps.access.choices import MenuKind
from apps.access.models import Menu

pytestmark = pytest.mark.django_db
LIST = "/admin/access/menu/"
CODES = tuple(f"sys:menu:{verb}" for verb in ("list", "add", "edit", "del"))


def _given(**change: Any) -> dict[str, Any]:
    given = {"title": "T", "name": "T", "kind": int(MenuKind.DIRECTORY), "sort": 0, "parent": ""}
    return {**given, "is_active": "on", "is_displayed": "on", "is_cached": "on", **change}


def test_an_entry_is_made_and_shown_in_its_place(console_with: Any) -> None:
    browser = console_with(*CODES)
    browser.post(f"{LIST}add/", _given())
    top = Menu.objects.get(name="T")
    page = _given(title="P", name="P", kind=int(MenuKind.PAGE), parent=top.pk)
    browser.post(f"{LIST}add/", page)
    shown = browser.get(LIST).content.decode()
    assert f'data-tree-parent="{top.pk}"' in shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": int(MenuKind.BUTTON)}, "parent"),
        ({"perms": "no code"}, "perms"),
        ({"name": "taken"}, "name"),
        ({"title": "taken"}, "title"),
    ],
)
def test_what_the_service_refuses_stands_at_its_field(
    console_with: Any, change: dict[str, Any], field: str
) -> None:
    Menu.objects.create(name="taken", title="taken")
    answer = console_with(*CODES).post(f"{LIST}add/", _given(**change))
    assert list(answer.context["adminform"].form.errors) == [field]
    assert not Menu.objects.filter(sort=0, name="T").exists()


def test_nobody_makes_an_entry_that_grants_more_than_they_hold(console_with: Any) -> None:
    answer = console_with(*CODES).post(f"{LIST}add/", _given(perms="top:secret:list"))
    assert "Missing: top:secret:list" in answer.content.decode()


def test_what_the_platform_declares_can_be_renamed_but_not_moved_or_deleted(
    console_with: Any,
) -> None:
    menu = Menu.objects.create(name="Own", title="Own", is_builtin=True)
    browser = console_with(*CODES)
    browser.post(f"{LIST}{menu.pk}/change/", _given(title="Ours", name="Other"))
    menu.refresh_from_db()
    assert (menu.title, menu.name) == ("Ours", "Own")
    assert browser.post(f"{LIST}{menu.pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [menu.pk], "post": "yes"})
    assert Menu.objects.filter(pk=menu.pk).exists()


def test_retired_entries_are_out_of_sight(console_with: Any) -> None:
    menu = Menu.objects.create(name="Old", title="Oldest", is_retired=True)
    browser = console_with(*CODES)
    assert "Oldest" not in browser.get(LIST).content.decode()
    assert browser.get(f"{LIST}{menu.pk}/change/").status_code == 302
