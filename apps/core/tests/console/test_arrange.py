from typing import Any

import pytest
from django.apps import apps

pytestmark = pytest.mark.django_db
PATH = "/admin/organization/department/arrange/"
CODES = ("sys:dept:list", "sys:dept:edit")


@pytest.fixture
def tree() -> dict[str, Any]:
    model: Any = apps.get_model("organization.Department")
    top = model.objects.create(name="HQ", sort=0)
    return {
        "HQ": top,
        "Sales": model.objects.create(name="Sales", parent=top, sort=0),
        "Data": model.objects.create(name="Data", parent=top, sort=0),
        "Branch": model.objects.create(name="Branch", sort=5),
    }


def _children(parent: Any) -> list[str]:
    model: Any = apps.get_model("organization.Department")
    return [row.name for row in model.objects.filter(parent=parent)]


def _move(browser: Any, row: Any, parent: Any, position: Any) -> Any:
    return browser.post(
        PATH, {"row": row.pk, "parent": parent.pk if parent else "", "position": position}
    )


def test_the_page_shows_the_whole_tree_and_its_list_leads_to_it(
    console_with: Any, tree: Any
) -> None:
    browser = console_with(*CODES)
    assert PATH in browser.get("/admin/organization/department/").content.decode()
    page = browser.get(PATH).content.decode()
    assert all(f'data-row="{row.pk}"' in page for row in tree.values())


def test_a_row_is_moved_among_its_siblings(console_with: Any, tree: Any) -> None:
    answer = _move(console_with(*CODES), tree["Data"], tree["HQ"], 0)
    assert answer.json() == {"message": "Data was moved."}
    assert _children(tree["HQ"]) == ["Data", "Sales"]


def test_a_row_is_moved_into_another_branch_and_to_the_top(console_with: Any, tree: Any) -> None:
    browser = console_with(*CODES)
    _move(browser, tree["Data"], tree["Branch"], 0)
    assert (_children(tree["HQ"]), _children(tree["Branch"])) == (["Sales"], ["Data"])
    _move(browser, tree["Data"], None, 1)
    assert _children(None) == ["HQ", "Data", "Branch"]


def test_a_circle_is_refused_and_nothing_moves(console_with: Any, tree: Any) -> None:
    answer = _move(console_with(*CODES), tree["HQ"], tree["Sales"], 0)
    assert answer.status_code == 403
    assert answer.json()["message"] == "A department cannot stand below itself."
    assert _children(None) == ["HQ", "Branch"]


@pytest.mark.parametrize("given", [{}, {"row": "1"}, {"row": "1", "position": "x"}])
def test_half_a_move_is_refused(console_with: Any, tree: Any, given: dict[str, str]) -> None:
    assert console_with(*CODES).post(PATH, given).status_code == 422


def test_an_unknown_row_is_not_found(console_with: Any, tree: Any) -> None:
    answer = console_with(*CODES).post(PATH, {"row": "0", "position": "0"})
    assert answer.status_code == 404


def test_who_may_only_read_arranges_nothing(console_with: Any, tree: Any) -> None:
    browser = console_with("sys:dept:list")
    assert PATH not in browser.get("/admin/organization/department/").content.decode()
    assert browser.get(PATH).status_code == 403
    assert _move(browser, tree["Data"], None, 0).status_code == 403
