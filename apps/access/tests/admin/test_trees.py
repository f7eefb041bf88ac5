from typing import Any

import pytest
from django.utils.functional import lazystr

from apps.access.admin.trees import PermissionTreeField, button_labels, tree_of
from apps.access.choices import MenuKind
from apps.access.models import Menu

pytestmark = pytest.mark.django_db


@pytest.fixture
def menus() -> dict[str, Menu]:
    top = Menu.objects.create(name="top", title="top", kind=MenuKind.DIRECTORY)
    page = Menu.objects.create(
        name="page", title="page", kind=MenuKind.PAGE, parent=top, perms="a:b:list,c:d:list"
    )
    button = Menu.objects.create(
        name="button", title="add", kind=MenuKind.BUTTON, parent=page, perms="a:b:add"
    )
    return {"top": top, "page": page, "button": button}


def test_buttons_hang_on_their_page_and_pages_in_their_directory(menus: Any, user: Any) -> None:
    user.is_superuser = True
    [top] = tree_of(menus.values(), actor=user, chosen={menus["page"].pk}, kept=())
    [page] = top.children
    [button] = page.buttons
    assert (top.title, page.codes, button.codes) == ("Top", "a:b:list, c:d:list", "a:b:add")
    assert (top.is_checked, page.is_checked, button.is_checked) == (False, True, False)
    assert not any(node.is_locked for node in (top, page, button))


def test_what_is_not_held_in_full_is_locked_as_it_is(menus: Any, client_with: Any) -> None:
    actor = client_with("a:b:list", "a:b:add").user
    kept, chosen = {menus["page"].pk}, {menus["button"].pk}
    [top] = tree_of(menus.values(), actor=actor, chosen=chosen, kept=kept)
    [page] = top.children
    assert (page.is_locked, page.is_checked) == (True, True)
    assert (page.buttons[0].is_locked, page.buttons[0].is_checked) == (False, True)
    assert not top.is_locked


def test_the_page_shows_each_entry_once_with_its_code(menus: Any, user: Any) -> None:
    user.is_superuser = True
    widget: Any = PermissionTreeField(actor=user).widget
    shown = widget.render("menus", [menus["button"].pk])
    assert shown.count('type="checkbox"') == 3
    assert shown.count("checked") == 1
    assert "a:b:add" in shown


def test_retired_entries_are_not_offered(menus: Any, user: Any) -> None:
    Menu.objects.filter(name="button").update(is_retired=True)
    field: Any = PermissionTreeField(actor=user)
    assert menus["button"] not in field.queryset
    with pytest.raises(Exception, match="valid choice"):
        field.clean([str(menus["button"].pk)])


def test_a_button_reads_in_the_language_of_the_operator(
    menus: Any, user: Any, in_chinese: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.is_superuser = True
    monkeypatch.setattr(
        "apps.access.admin.trees.button_labels", lambda: {"add": lazystr("增加"), "Add": "Add"}
    )
    [top] = tree_of(menus.values(), actor=user, chosen=(), kept=())
    assert top.children[0].buttons[0].title == "增加"


def test_seeded_titles_are_known_in_every_language() -> None:
    assert {"Add", "Delete", "Edit"} <= button_labels().keys()
