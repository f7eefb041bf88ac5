import pytest

from apps.access.choices import MenuKind
from apps.access.models import Menu, Role
from apps.access.tests.factories import make_button, make_menu, make_role

pytestmark = pytest.mark.django_db


def test_present_leaves_out_what_is_retired() -> None:
    kept = make_menu(is_active=False)
    make_menu(is_retired=True)
    assert list(Menu.objects.present()) == [kept]


def test_granting_wants_codes_on_an_active_entry() -> None:
    kept = make_button("a:b:c")
    make_button("a:b:d", is_active=False)
    make_button("a:b:e", is_retired=True)
    make_menu()
    assert list(Menu.objects.granting()) == [kept]


def test_routes_are_all_but_buttons() -> None:
    kinds = [MenuKind.DIRECTORY, MenuKind.PAGE, MenuKind.EMBEDDED, MenuKind.LINK]
    kept = [make_menu(kind=kind, is_active=False) for kind in kinds]
    make_button("a:b:c")
    make_menu(is_retired=True)
    assert list(Menu.objects.routes()) == kept


def test_active_leaves_out_disabled_roles() -> None:
    kept = make_role()
    make_role(is_active=False)
    assert list(Role.objects.active()) == [kept]
