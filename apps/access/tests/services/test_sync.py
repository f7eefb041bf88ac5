from typing import Any

import pytest

from apps.access.models import Menu
from apps.access.selectors import all_codes, codes_of_roles
from apps.access.services.menus import menu_update
from apps.access.services.sync import MenusSynced, menus_sync
from apps.access.tests.factories import make_button, make_menu, make_role
from apps.core.guards import Guard
from apps.core.menus import MenuEntry, MenuKind

pytestmark = pytest.mark.django_db
THING = Guard("a:thing", "things")
CODES = dict.fromkeys(("a:thing:list", "a:thing:add", "a:thing:del"), THING)
TOP = MenuEntry(name="Area", title="Area", label="area", kind=MenuKind.DIRECTORY, sort=3)
PAGE = MenuEntry(
    name="AThing",
    title="Things",
    label="things",
    parent="Area",
    path="/things",
    component="/things/index",
    icon="mdi:thing",
    sort=2,
    resource="a:thing",
    also=("b:tree:list",),
)


def _sync(*entries: MenuEntry, codes: Any = CODES) -> MenusSynced:
    return menus_sync(entries=entries or (PAGE, TOP), codes=codes)


def test_pages_and_buttons_are_made_once() -> None:
    assert _sync() == MenusSynced(added=4)
    assert _sync() == MenusSynced()
    page = Menu.objects.get(name="AThing")
    assert page.parent == Menu.objects.get(name="Area")
    assert page.perms == "a:thing:list,b:tree:list"
    assert (page.title, page.icon, page.sort, page.path) == ("Things", "mdi:thing", 2, "/things")
    assert page.is_builtin
    buttons = page.children.order_by("name")
    assert [(button.name, button.title, button.perms) for button in buttons] == [
        ("AddAThing", "Add", "a:thing:add"),
        ("DeleteAThing", "Delete", "a:thing:del"),
    ]
    assert not any(button.is_displayed for button in buttons)


def test_the_verb_names_the_button() -> None:
    codes = {
        f"a:thing:{verb}": THING for verb in ("menu:edit", "clear", "password:reset", "turn_off")
    }
    _sync(codes=codes)
    assert dict(Menu.objects.filter(kind=MenuKind.BUTTON).values_list("name", "title")) == {
        "EditAThingMenu": "Edit the menus of a role",
        "EmptyAThing": "Clear",
        "ResetAThingPassword": "Reset a password",
        "TurnOffAThing": "Turn off",
    }
    assert Menu.objects.get(name="AThing").perms == "b:tree:list"


def test_two_resources_on_one_page_have_buttons_of_their_own() -> None:
    page = MenuEntry(
        name="Both", title="Both", label="both", resource="a:thing", beside=("a:part",)
    )
    part = Guard("a:part", "parts")
    _sync(page, codes={**CODES, "a:part:list": part, "a:part:add": part})
    assert Menu.objects.get(name="Both").perms == "a:thing:list,a:part:list"
    assert dict(Menu.objects.filter(kind=MenuKind.BUTTON).values_list("name", "title")) == {
        "AddAThing": "Add: things",
        "DeleteAThing": "Delete: things",
        "AddAPart": "Add: parts",
    }


def test_what_people_edited_stays_and_what_the_code_says_comes_back() -> None:
    _sync()
    page = Menu.objects.get(name="AThing")
    edits = {
        "title": "Mine",
        "icon": "mdi:mine",
        "sort": 9,
        "is_active": False,
        "is_displayed": False,
        "is_cached": False,
        "remark": "why",
    }
    menu_update(actor=None, menu=page, **edits)
    Menu.objects.filter(pk=page.pk).update(path="/wrong", perms="", parent=None)
    assert _sync() == MenusSynced(changed=1)
    page.refresh_from_db()
    assert {name: getattr(page, name) for name in edits} == edits
    assert (page.path, page.perms) == ("/things", "a:thing:list,b:tree:list")
    assert page.parent is not None


def test_a_code_that_is_gone_is_retired_and_comes_back_to_its_roles() -> None:
    _sync()
    role = make_role(*Menu.objects.all())
    button = Menu.objects.get(perms="a:thing:add")
    menu_update(actor=None, menu=button, title="Make")
    fewer = dict.fromkeys(CODES.keys() - {"a:thing:add"}, THING)
    assert _sync(codes=fewer) == MenusSynced(retired=1)
    assert _sync(codes=fewer) == MenusSynced()
    button.refresh_from_db()
    assert (button.is_retired, button.is_builtin) == (True, True)
    assert "a:thing:add" not in codes_of_roles([role.pk]) | set(all_codes())
    assert _sync() == MenusSynced(returned=1)
    assert "a:thing:add" in codes_of_roles([role.pk]) & set(all_codes())
    button.refresh_from_db()
    assert button.title == "Make"


def test_a_disabled_entry_is_still_disabled_after_its_return() -> None:
    _sync()
    Menu.objects.filter(perms="a:thing:add").update(is_active=False)
    _sync(TOP, codes={})
    assert Menu.objects.filter(is_retired=True).count() == 3
    _sync()
    assert not Menu.objects.filter(is_retired=True).exists()
    assert Menu.objects.get(perms="a:thing:add").is_active is False


def test_entries_of_people_are_left_alone() -> None:
    own = make_menu(name="Own", parent=make_menu(kind=MenuKind.DIRECTORY))
    _sync()
    _sync(TOP, codes={})
    own.refresh_from_db()
    assert (own.is_retired, own.is_builtin) == (False, False)


def test_a_name_or_title_that_people_took_does_not_stop_the_start() -> None:
    own = make_menu(name="Own", title="Things")
    button = make_button("other:code", name="AddAThing", parent=own)
    _sync()
    assert Menu.objects.get(name="AThing").title == "Things (AThing)"
    assert Menu.objects.get(perms="a:thing:add").name == "AddAThing2"
    button.refresh_from_db()
    assert (button.perms, button.parent) == ("other:code", own)


def test_a_button_that_people_made_for_the_code_is_taken_over() -> None:
    own = make_button("a:thing:add", name="Mine", title="Make")
    _sync()
    own.refresh_from_db()
    assert (own.name, own.title, own.is_builtin) == ("Mine", "Make", True)
    assert own.parent == Menu.objects.get(name="AThing")


def test_a_circle_of_declared_parents_does_not_stop_the_start() -> None:
    one = MenuEntry(name="One", title="One", label="one", parent="Two", kind=MenuKind.DIRECTORY)
    two = MenuEntry(name="Two", title="Two", label="two", parent="One", kind=MenuKind.DIRECTORY)
    assert _sync(one, two, codes={}).added == 2
