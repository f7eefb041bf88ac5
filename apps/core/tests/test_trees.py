from typing import Any

import pytest
from django.apps import apps

from apps.core.trees import below, is_inside, lock_parents, nest, switched

PARENTS = {1: None, 2: 1, 3: 2, 4: 1, 5: None}


def _rows(*pairs: tuple[int, int | None]) -> list[dict[str, Any]]:
    return [{"id": pk, "parent_id": parent} for pk, parent in pairs]


def test_rows_are_nested_in_the_order_given() -> None:
    tree = nest(_rows((3, 1), (1, None), (2, 1)), leaf_has_key=True)
    assert [node["id"] for node in tree] == [1]
    assert [node["id"] for node in tree[0]["children"]] == [3, 2]
    assert tree[0]["children"][0]["children"] is None


def test_a_leaf_may_have_no_key() -> None:
    tree = nest(_rows((1, None), (2, 1)), leaf_has_key=False)
    assert "children" not in tree[0]["children"][0]


def test_a_row_without_its_parent_is_a_root() -> None:
    tree = nest(_rows((2, 1), (3, 2)), leaf_has_key=False)
    assert [node["id"] for node in tree] == [2]
    assert nest([], leaf_has_key=True) == []


@pytest.mark.parametrize(("node", "expected"), [(1, True), (3, True), (4, True), (5, False)])
def test_inside_means_the_root_itself_or_anything_below(node: int, *, expected: bool) -> None:
    assert is_inside(PARENTS, node, 1) is expected


def test_a_circle_that_is_there_already_ends_the_search() -> None:
    assert is_inside({1: 2, 2: 1}, 1, 3) is False
    assert below({1: 2, 2: 1}, 1) == {1, 2}


def test_below_holds_the_root_and_every_depth() -> None:
    assert below(PARENTS, 1) == {1, 2, 3, 4}
    assert below(PARENTS, 5) == {5}


@pytest.mark.django_db
def test_lock_parents_tells_the_parent_of_each_row() -> None:
    model = apps.get_model("organization.Department")
    head = model.objects.create(name="head")
    sales = model.objects.create(name="sales", parent=head)
    assert lock_parents(model.objects.all()) == {head.pk: None, sales.pk: head.pk}


def test_what_is_below_goes_off_and_what_is_above_comes_on() -> None:
    parents = {1: None, 2: 1, 3: 2, 4: 1, 5: None}
    assert switched(parents, [2], is_active=False) == {2, 3}
    assert switched(parents, [3, 4], is_active=True) == {1, 2, 3, 4}
    assert switched(parents, [], is_active=True) == set()
    assert switched({1: 2, 2: 1}, [1], is_active=True) == {1, 2}
