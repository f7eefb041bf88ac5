from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access.choices import MenuKind
from apps.access.errors import (
    MenuBuiltinError,
    MenuChildrenError,
    MenuCycleError,
    MenuNameTakenError,
    MenuTitleTakenError,
    NotHeldError,
)
from apps.access.models import Menu
from apps.access.services.menus import menu_create, menu_delete, menu_update, menus_set_active
from apps.access.tests.factories import make_button, make_menu, make_role
from apps.core.errors import InvalidInputError

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(user: Any) -> Any:
    """Return a user who holds a:b:c."""
    user.roles.add(make_role(make_button("a:b:c")))
    return user


def _create(**fields: Any) -> Menu:
    fields = {"actor": None, "name": "Docs", "title": "Documents", "kind": MenuKind.PAGE, **fields}
    return menu_create(**fields)


def test_names_are_unique_and_titles_too_except_among_buttons() -> None:
    page = _create()
    with pytest.raises(MenuNameTakenError):
        _create(title="Other")
    with pytest.raises(MenuTitleTakenError):
        _create(name="Other")
    for name in ("AddDocs", "AddMore"):
        _create(name=name, title="Add", kind=MenuKind.BUTTON, parent=page)
    assert Menu.objects.filter(title="Add").count() == 2
    _create(name="Fake", title="Documents", kind=MenuKind.BUTTON, parent=page)


def test_a_button_that_becomes_a_page_needs_a_title_of_its_own() -> None:
    page = _create()
    button = _create(name="Fake", title="Documents", kind=MenuKind.BUTTON, parent=page)
    with pytest.raises(MenuTitleTakenError):
        menu_update(actor=None, menu=button, kind=MenuKind.PAGE)


def test_the_database_itself_refuses_a_second_title_of_a_page() -> None:
    make_menu(title="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_menu(title="one")


def test_codes_are_trimmed_and_counted_once() -> None:
    assert _create(perms=" a:b:c ,, a:b:d,a:b:c").perms == "a:b:c,a:b:d"
    assert _create(name="None", title="None", perms=" , ").perms == ""


@pytest.mark.parametrize("perms", ["word", "A:b:c", "a:b c", "a::b", "a:b:c;d:e", "a:b\u00e9"])
def test_a_malformed_code_is_refused(perms: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        _create(perms=perms)
    assert refusal.value.field == "perms"


def test_too_many_codes_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        _create(perms=",".join(f"area:resource{n}:verb" for n in range(30)))


@pytest.mark.parametrize(
    ("kind", "above"),
    [
        (MenuKind.BUTTON, None),
        (MenuKind.BUTTON, MenuKind.DIRECTORY),
        (MenuKind.BUTTON, MenuKind.BUTTON),
        (MenuKind.BUTTON, MenuKind.LINK),
        (MenuKind.PAGE, MenuKind.BUTTON),
        (MenuKind.PAGE, MenuKind.LINK),
        (MenuKind.DIRECTORY, MenuKind.PAGE),
        (MenuKind.LINK, MenuKind.EMBEDDED),
    ],
)
def test_an_entry_stands_below_one_that_can_hold_it(kind: MenuKind, above: MenuKind | None) -> None:
    parent = make_menu(kind=above) if above is not None else None
    with pytest.raises(InvalidInputError) as refusal:
        _create(kind=kind, parent=parent)
    assert refusal.value.field == "parent_id"


@pytest.mark.parametrize(
    ("kind", "above"),
    [
        (MenuKind.BUTTON, MenuKind.PAGE),
        (MenuKind.BUTTON, MenuKind.EMBEDDED),
        (MenuKind.PAGE, MenuKind.DIRECTORY),
        (MenuKind.PAGE, MenuKind.PAGE),
        (MenuKind.DIRECTORY, MenuKind.DIRECTORY),
        (MenuKind.LINK, MenuKind.DIRECTORY),
    ],
)
def test_sensible_places_are_taken(kind: MenuKind, above: MenuKind) -> None:
    parent = make_menu(kind=above)
    assert _create(kind=kind, parent=parent).parent == parent


def test_a_page_with_buttons_becomes_no_directory() -> None:
    page = make_menu()
    make_button("a:b:c", parent=page)
    with pytest.raises(InvalidInputError) as refusal:
        menu_update(actor=None, menu=page, kind=MenuKind.DIRECTORY)
    assert refusal.value.field == "type"


@pytest.mark.parametrize("below", [0, 1, 2])
def test_an_entry_does_not_move_below_itself(below: int) -> None:
    chain = [make_menu(kind=MenuKind.DIRECTORY)]
    for _step in range(2):
        chain.append(make_menu(kind=MenuKind.DIRECTORY, parent=chain[-1]))
    with pytest.raises(MenuCycleError):
        menu_update(actor=None, menu=chain[0], parent=chain[below])
    assert Menu.objects.get(pk=chain[0].pk).parent is None


def test_only_whoever_holds_its_codes_touches_an_entry(actor: Any) -> None:
    page = make_menu()
    with pytest.raises(NotHeldError):
        _create(actor=actor, perms="x:y:z")
    theirs, mine = make_button("x:y:z", parent=page), make_button("a:b:c", parent=page)
    with pytest.raises(NotHeldError):
        menu_update(actor=actor, menu=theirs, title="mine now")
    with pytest.raises(NotHeldError):
        menu_update(actor=actor, menu=theirs, perms="a:b:c")
    with pytest.raises(NotHeldError):
        menu_update(actor=actor, menu=mine, perms="a:b:c,x:y:z")
    with pytest.raises(NotHeldError):
        menu_delete(actor=actor, menu=theirs)
    assert menu_update(actor=actor, menu=mine, title="renamed").title == "renamed"
    menu_delete(actor=actor, menu=mine)
    assert not Menu.objects.filter(pk=mine.pk).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Other"},
        {"kind": MenuKind.LINK},
        {"parent": None},
        {"path": "/other"},
        {"component": "/other"},
        {"link": "https://example.com"},
        {"perms": ""},
        {"perms": "a:b:list,a:b:more"},
    ],
)
def test_what_the_platform_declares_keeps_its_codes_and_place(changes: dict[str, Any]) -> None:
    page = make_menu(
        perms="a:b:list", parent=make_menu(kind=MenuKind.DIRECTORY), path="/b", is_builtin=True
    )
    with pytest.raises(MenuBuiltinError):
        menu_update(actor=None, menu=page, **changes)


def test_people_may_change_how_a_declared_entry_looks() -> None:
    page = make_menu(perms="a:b:list,a:b:tree", is_builtin=True)
    changed = menu_update(
        actor=None,
        menu=page,
        name=page.name,
        kind=page.kind,
        path="",
        perms="a:b:tree, a:b:list",
        title="New",
        icon="mdi:new",
        sort=9,
        is_active=False,
        is_displayed=False,
        is_cached=False,
        remark="why",
    )
    assert (changed.title, changed.sort, changed.is_active) == ("New", 9, False)


def test_an_entry_with_others_below_is_not_deleted_nor_a_declared_one() -> None:
    page = make_menu()
    button = make_button("a:b:c", parent=page)
    with pytest.raises(MenuChildrenError):
        menu_delete(actor=None, menu=page)
    with pytest.raises(MenuBuiltinError):
        menu_delete(actor=None, menu=make_menu(is_builtin=True))
    role = make_role(button)
    menu_delete(actor=None, menu=button)
    assert not role.menus.exists()
    menu_delete(actor=None, menu=page)


def test_menus_are_switched_with_those_that_depend_on_them(make_user: Any) -> None:
    admin = make_user(is_superuser=True)
    top = Menu.objects.create(name="Top", title="Top", kind=MenuKind.DIRECTORY)
    page = Menu.objects.create(name="P", title="P", kind=MenuKind.PAGE, parent=top)
    button = Menu.objects.create(name="B", title="B", kind=MenuKind.BUTTON, parent=page)

    def active() -> set[str]:
        return set(Menu.objects.filter(is_active=True).values_list("name", flat=True))

    assert menus_set_active(actor=admin, menus=[page], is_active=False) == 2
    assert active() == {"Top"}
    menus_set_active(actor=admin, menus=[top], is_active=False)
    assert menus_set_active(actor=admin, menus=[button], is_active=True) == 3
    assert active() == {"Top", "P", "B"}
