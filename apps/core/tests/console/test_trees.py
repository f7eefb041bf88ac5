from typing import Any

import pytest
from django.apps import apps

from apps.core.console.trees import INDENT, Place, TreeChoiceField, places_of

ROWS = [(1, None, "HQ"), (2, None, "Branch"), (3, 1, "Sales"), (4, 3, "East"), (5, 1, "Data")]


def test_rows_come_in_the_order_of_the_tree_each_with_its_place() -> None:
    places = places_of(ROWS)
    assert list(places) == [1, 3, 4, 5, 2]
    assert places[4] == Place(2, 3, has_children=False, path=("HQ", "Sales"))
    assert places[1].has_children
    assert not places[2].has_children


def test_a_row_whose_parent_is_out_of_sight_stands_at_the_top() -> None:
    assert places_of([(4, 3, "East")])[4].depth == 0


def test_a_circle_stands_nowhere_and_ends() -> None:
    assert list(places_of([(1, 2, "a"), (2, 1, "b"), (3, None, "c")])) == [3]


def test_a_very_deep_tree_is_no_problem() -> None:
    rows = [(n, n - 1 or None, str(n)) for n in range(1, 1500)]
    assert places_of(rows)[1499].depth == 1498


@pytest.mark.django_db
def test_a_choice_is_indented_and_takes_only_what_is_offered() -> None:
    model: Any = apps.get_model("organization.Department")
    top = model.objects.create(name="HQ", sort=2)
    below = model.objects.create(name="Sales", parent=top, sort=1)
    gone = model.objects.create(name="Gone")
    field = TreeChoiceField(
        model.objects.exclude(pk=gone.pk), label="above", empty_label="none", required=False
    )
    assert field.choices == [("", "none"), (top.pk, "HQ"), (below.pk, f"{INDENT}Sales")]
    assert field.clean(str(below.pk)) == below
    with pytest.raises(Exception, match="valid choice"):
        field.clean(str(gone.pk))
