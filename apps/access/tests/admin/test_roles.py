from typing import Any

import pytest

from apps.access.choices import MenuKind
from apps.access.models import DataScope, Menu, Role

pytestmark = pytest.mark.django_db
LIST = "/admin/access/role/"
VERBS = ("list", "add", "edit", "del", "menu:edit", "scope:edit")
CODES = tuple(f"sys:role:{verb}" for verb in VERBS)


@pytest.fixture
def role() -> Role:
    return Role.objects.create(name="Crew")


@pytest.fixture
def page_and_button() -> tuple[Menu, Menu]:
    page = Menu.objects.create(name="P", title="P", kind=MenuKind.PAGE, perms="sys:role:list")
    button = Menu.objects.create(
        name="B", title="B", kind=MenuKind.BUTTON, parent=page, perms="sys:role:add"
    )
    return page, button


def _given(**change: Any) -> dict[str, Any]:
    return {"name": "Crew", "is_active": "on", "is_scoped": "on", "remark": "", **change}


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_role_is_filled_by_ticking_and_gets_what_stands_above(
    console_with: Any, role: Role, page_and_button: Any
) -> None:
    page, button = page_and_button
    browser = console_with(*CODES)
    browser.post(f"{LIST}{role.pk}/change/", _given(menus=[button.pk]))
    assert set(role.menus.all()) == {page, button}
    browser.post(f"{LIST}{role.pk}/change/", _given())
    assert not role.menus.exists()


def test_a_new_role_is_filled_at_once(console_with: Any, page_and_button: Any) -> None:
    page, _button = page_and_button
    console_with(*CODES).post(f"{LIST}add/", _given(name="New", menus=[page.pk]))
    assert set(Role.objects.get(name="New").menus.all()) == {page}


def test_what_the_editor_does_not_hold_is_shown_locked_and_kept(
    console_with: Any, role: Role
) -> None:
    high = Menu.objects.create(name="H", title="H", kind=MenuKind.PAGE, perms="top:secret:list")
    role.menus.add(high)
    browser = console_with(*CODES)
    page = _text(browser.get(f"{LIST}{role.pk}/change/"))
    assert f'value="{high.pk}" checked disabled' in page
    browser.post(f"{LIST}{role.pk}/change/", _given())
    assert set(role.menus.all()) == {high}


def test_nobody_gives_what_they_do_not_hold(console_with: Any, role: Role) -> None:
    high = Menu.objects.create(name="H", title="H", kind=MenuKind.PAGE, perms="top:secret:list")
    answer = console_with(*CODES).post(f"{LIST}{role.pk}/change/", _given(menus=[high.pk]))
    assert "Missing: top:secret:list" in _text(answer)
    assert not role.menus.exists()


def test_without_the_code_for_menus_the_codes_are_only_shown(
    console_with: Any, role: Role, page_and_button: Any
) -> None:
    page, button = page_and_button
    role.menus.add(page)
    browser = console_with("sys:role:list", "sys:role:edit")
    shown = _text(browser.get(f"{LIST}{role.pk}/change/"))
    assert "data-permission-tree" not in shown
    assert "sys:role:list" in shown
    browser.post(f"{LIST}{role.pk}/change/", _given(menus=[button.pk], remark="new"))
    role.refresh_from_db()
    assert role.remark == "new"
    assert set(role.menus.all()) == {page}


def test_data_scopes_are_given_by_those_who_hold_them(console_with: Any, role: Role) -> None:
    scope = DataScope.objects.create(name="own rows")
    operator = console_with(*CODES, scopes=[])
    answer = operator.post(f"{LIST}{role.pk}/change/", _given(scopes=[scope.pk]))
    assert list(answer.context["adminform"].form.errors) == ["scopes"]
    browser = console_with(is_superuser=True)
    browser.post(f"{LIST}{role.pk}/change/", _given(scopes=[scope.pk]))
    assert set(role.scopes.all()) == {scope}


def test_a_taken_name_is_refused_at_its_field(console_with: Any, role: Role) -> None:
    answer = console_with(*CODES).post(f"{LIST}add/", _given())
    assert list(answer.context["adminform"].form.errors) == ["name"]


def test_a_role_that_people_hold_goes_to_the_bin_with_them(
    console_with: Any, role: Role, make_user: Any
) -> None:
    make_user(roles=[role])
    browser = console_with(*CODES)
    answer = browser.post(f"{LIST}{role.pk}/delete/", {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert not Role.objects.filter(pk=role.pk).exists()
    assert Role.bin.get().users.count() == 1


def test_roles_are_disabled_after_a_question(console_with: Any, role: Role) -> None:
    browser = console_with(*CODES)
    data = {"action": "disable", "_selected_action": [role.pk]}
    assert "Disable these roles?" in _text(browser.post(LIST, data))
    browser.post(LIST, {**data, "confirmed": "yes"})
    role.refresh_from_db()
    assert not role.is_active


def test_people_and_entries_are_counted_apart(
    console_with: Any, role: Role, make_user: Any, page_and_button: Any
) -> None:
    role.menus.set(page_and_button)
    for _number in range(3):
        make_user(roles=[role])
    [shown] = [r for r in console_with(*CODES).get(LIST).context["cl"].result_list if r == role]
    assert (shown.people_count, shown.entry_count) == (3, 2)
