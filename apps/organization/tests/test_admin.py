from typing import Any

import pytest
from django.utils import timezone

from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db
LIST = "/admin/organization/department/"


@pytest.fixture
def browser(console_with: Any) -> Any:
    verbs = ("list", "add", "edit", "del")
    return console_with(*(f"sys:{what}:{verb}" for what in ("dept", "position") for verb in verbs))


@pytest.fixture
def tree() -> dict[str, Department]:
    top = Department.objects.create(name="HQ", sort=9)
    sales = Department.objects.create(name="Sales", parent=top)
    return {"HQ": top, "Sales": sales, "Branch": Department.objects.create(name="Branch", sort=10)}


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def _given(department: Department, **change: Any) -> dict[str, Any]:
    given = {"name": department.name, "sort": department.sort, "is_active": "on"}
    return {**given, "parent": department.parent_id or "", **change}


def test_departments_stand_in_the_order_of_the_tree(browser: Any, tree: Any) -> None:
    page = _text(browser.get(LIST))
    places = [page.index(f'data-tree-id="{tree[name].pk}"') for name in ("HQ", "Sales", "Branch")]
    assert places == sorted(places)
    assert f'data-tree-parent="{tree["HQ"].pk}"' in page


def test_a_search_shows_what_stands_above(browser: Any, tree: Any) -> None:
    page = _text(browser.get(LIST, {"q": "sales"}))
    assert '<span class="at-tree-path">HQ</span>' in page
    assert "Branch" not in page.split('id="result_list"')[1]


def test_deleted_departments_are_nowhere(browser: Any, tree: Any) -> None:
    Department.objects.filter(name="Branch").update(deleted_at=timezone.now())
    assert "Branch" not in _text(browser.get(LIST))
    assert "Branch" not in _text(browser.get(f"{LIST}add/"))
    assert browser.get(f"{LIST}{tree['Branch'].pk}/change/").status_code == 302


def test_a_department_is_made_below_another(browser: Any, tree: Any) -> None:
    given = {"name": "East", "parent": tree["Sales"].pk, "sort": 1, "is_active": "on"}
    assert browser.post(f"{LIST}add/", given).status_code == 302
    assert Department.objects.get(name="East").parent == tree["Sales"]


def test_a_circle_is_refused_at_its_field(browser: Any, tree: Any) -> None:
    given = _given(tree["HQ"], parent=tree["Sales"].pk)
    page = _text(browser.post(f"{LIST}{tree['HQ'].pk}/change/", given))
    assert "A department cannot stand below itself." in page
    tree["HQ"].refresh_from_db()
    assert tree["HQ"].parent is None


def test_a_taken_name_is_refused_at_its_field(browser: Any, tree: Any) -> None:
    answer = browser.post(f"{LIST}{tree['Sales'].pk}/change/", _given(tree["Sales"], name="HQ"))
    assert answer.context["adminform"].form.errors == {
        "name": ["A department with this name exists already."]
    }


def test_a_department_with_others_below_it_stays(browser: Any, tree: Any) -> None:
    answer = browser.post(f"{LIST}{tree['HQ'].pk}/delete/", {"post": "yes"}, follow=True)
    assert "has departments below it" in _text(answer)
    assert Department.objects.all().count() == 3


def test_deleting_asks_first_and_keeps_the_row(browser: Any, tree: Any) -> None:
    path = f"{LIST}{tree['Branch'].pk}/delete/"
    assert "Are you sure" in _text(browser.get(path))
    assert Department.objects.all().count() == 3
    browser.post(path, {"post": "yes"})
    assert Department.objects.all().count() == 2
    assert Department.bin.get() == tree["Branch"]


def test_departments_are_disabled_with_those_below(browser: Any, tree: Any) -> None:
    data = {"action": "disable", "confirmed": "yes", "_selected_action": [tree["HQ"].pk]}
    page = browser.post(LIST, data, follow=True).content.decode()
    assert "2 rows were disabled." in page
    assert set(Department.objects.filter(is_active=True)) == {tree["Branch"]}


def test_positions_are_made_changed_and_refused(browser: Any) -> None:
    path = "/admin/organization/position/"
    given = {"name": "Cook", "code": "cook", "sort": 1, "is_active": "on", "remark": ""}
    browser.post(f"{path}add/", given)
    cook = Position.objects.get()
    answer = browser.post(f"{path}add/", {**given, "name": "Chef"})
    assert list(answer.context["adminform"].form.errors) == ["code"]
    browser.post(f"{path}{cook.pk}/change/", {**given, "name": "Chef"})
    cook.refresh_from_db()
    assert cook.name == "Chef"
    browser.post(path, {"action": "disable", "confirmed": "y", "_selected_action": [cook.pk]})
    cook.refresh_from_db()
    assert not cook.is_active
    browser.post(f"{path}{cook.pk}/delete/", {"post": "yes"})
    assert not Position.objects.exists()
