from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.errors import DomainError, NotFoundError, OutOfSightError
from apps.organization.errors import (
    DepartmentChildrenError,
    DepartmentCycleError,
    DepartmentNameTakenError,
    DepartmentParentGoneError,
    DepartmentRestoreNameError,
    DepartmentUsersError,
    PositionCodeTakenError,
    PositionInUseError,
    PositionNameTakenError,
    PositionRestoreCodeError,
    PositionRestoreNameError,
)
from apps.organization.models import Department, Position
from apps.organization.services import (
    department_create,
    department_delete,
    department_restore,
    department_update,
    departments_purge,
    departments_set_active,
    position_create,
    position_restore,
    position_update,
    positions_delete,
    positions_purge,
    positions_set_active,
)

pytestmark = pytest.mark.django_db


def _chain(*names: str) -> list[Department]:
    made: list[Department] = []
    for name in names:
        made.append(department_create(name=name, parent=made[-1] if made else None))
    return made


def test_two_living_departments_cannot_have_one_name() -> None:
    department_create(name="sales")
    with pytest.raises(DepartmentNameTakenError):
        department_create(name="sales")


def test_the_name_of_a_deleted_department_is_free_again() -> None:
    first = department_create(name="sales")
    department_delete(department=first)
    assert department_create(name="sales").pk != first.pk


def test_the_database_itself_refuses_a_second_living_name() -> None:
    """Two requests may both have passed the check of the service."""
    Department.objects.create(name="sales")
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.objects.create(name="sales")


def test_a_department_is_not_made_below_a_deleted_one() -> None:
    gone = department_create(name="gone")
    department_delete(department=gone)
    with pytest.raises(NotFoundError):
        department_create(name="new", parent=gone)
    other = department_create(name="other")
    with pytest.raises(NotFoundError):
        department_update(department=other, parent=gone)


@pytest.mark.parametrize("below", [0, 1, 3])
def test_a_department_does_not_move_below_itself(below: int) -> None:
    chain = _chain("a", "b", "c", "d")
    with pytest.raises(DepartmentCycleError):
        department_update(department=chain[0], parent=chain[below])
    assert Department.objects.get(pk=chain[0].pk).parent_id is None


def test_a_department_moves_with_all_below_it() -> None:
    a, b, c = _chain("a", "b", "c")
    other = department_create(name="other")
    department_update(department=b, parent=other)
    assert Department.objects.get(pk=c.pk).parent_id == b.pk
    department_update(department=b, parent=None)
    assert Department.objects.get(pk=b.pk).parent_id is None
    assert a.children.count() == 0


def test_an_update_may_keep_the_name_and_cannot_take_anothers() -> None:
    sales = department_create(name="sales")
    department_create(name="law")
    assert department_update(department=sales, name="sales", sort=3).sort == 3
    with pytest.raises(DepartmentNameTakenError):
        department_update(department=sales, name="law")


def test_a_department_with_users_is_not_deleted(make_user: Callable[..., Any]) -> None:
    sales = department_create(name="sales")
    make_user(department=sales)
    with pytest.raises(DepartmentUsersError, match="sales"):
        department_delete(department=sales)
    assert Department.objects.get(pk=sales.pk).deleted_at is None


def test_a_department_with_living_ones_below_is_not_deleted() -> None:
    above, below = _chain("above", "below")
    with pytest.raises(DepartmentChildrenError, match="above"):
        department_delete(department=above)
    department_delete(department=below)
    department_delete(department=above)
    assert not Department.objects.all().exists()
    assert Department.bin.count() == 2


def test_departments_are_switched_with_those_that_depend_on_them(make_user: Any) -> None:
    admin = make_user(is_superuser=True)
    top, middle, leaf = _chain("a", "b", "c")
    other = department_create(name="other")

    def active() -> set[str]:
        return {row.name for row in Department.objects.filter(is_active=True)}

    def switch(row: Department, *, is_active: bool) -> int:
        return departments_set_active(actor=admin, departments=[row], is_active=is_active)

    assert switch(middle, is_active=False) == 2
    assert active() == {"a", "other"}
    assert switch(top, is_active=False) == 1
    assert switch(leaf, is_active=True) == 3
    assert active() == {"a", "b", "c", "other"}
    assert switch(other, is_active=True) == 0


def test_nobody_switches_a_department_along_that_they_do_not_see(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, leaf = _chain("a", "b")
    monkeypatch.setattr(
        "apps.core.visibility.visible_to", lambda rows, _user, **_act: rows.filter(pk=top.pk)
    )
    with pytest.raises(OutOfSightError):
        departments_set_active(actor=user, departments=[top], is_active=False)
    leaf.refresh_from_db()
    assert leaf.is_active


def test_name_and_code_of_a_position_are_unique() -> None:
    clerk = position_create(name="clerk", code="c1")
    with pytest.raises(PositionNameTakenError):
        position_create(name="clerk", code="c2")
    with pytest.raises(PositionCodeTakenError):
        position_create(name="other", code="c1")
    boss = position_create(name="boss", code="b1")
    with pytest.raises(PositionNameTakenError):
        position_update(position=boss, name="clerk")
    with pytest.raises(PositionCodeTakenError):
        position_update(position=boss, code="c1")
    assert position_update(position=clerk, name="clerk", code="c1", sort=4).sort == 4


def test_positions_are_switched_together() -> None:
    made = [position_create(name=name, code=name) for name in ("a", "b")]
    positions_set_active(positions=made, is_active=False)
    assert not Position.objects.filter(is_active=True).exists()


def test_a_position_that_somebody_holds_keeps_all_from_being_deleted(user: Any) -> None:
    free, held = (position_create(name=name, code=name) for name in ("free", "held"))
    user.positions.add(held)
    with pytest.raises(PositionInUseError, match="held"):
        positions_delete(positions=[free, held])
    assert Position.objects.count() == 2
    user.positions.clear()
    positions_delete(positions=[free, held])
    assert not Position.objects.exists()


def test_a_change_is_dated_and_a_new_row_is_not() -> None:
    sales = department_create(name="sales")
    assert sales.updated_at is None
    before = timezone.now()
    changed = department_update(department=sales, leader="Ann")
    assert changed.updated_at is not None
    assert changed.updated_at >= before


def test_a_department_returns_to_where_it_was() -> None:
    top, below = _chain("top", "below")
    department_delete(department=below)
    department_restore(department=Department.bin.get())
    assert list(top.children.all()) == [below]


def test_a_department_whose_name_was_taken_returns_under_another() -> None:
    (old,) = _chain("sales")
    department_delete(department=old)
    _chain("sales")
    with pytest.raises(DepartmentRestoreNameError, match="sales"):
        department_restore(department=old)
    department_restore(department=old, name="old sales")
    assert Department.objects.filter(name="old sales").exists()


def test_a_department_whose_parent_is_in_the_bin_returns_after_it_or_elsewhere() -> None:
    top, below = _chain("top", "below")
    department_delete(department=below)
    department_delete(department=top)
    with pytest.raises(DepartmentParentGoneError, match="top"):
        department_restore(department=below)
    with pytest.raises(NotFoundError):
        department_restore(department=below, parent=top)
    department_restore(department=below, parent=None)
    assert Department.objects.get() == below
    department_delete(department=below)
    department_restore(department=top)
    department_restore(department=below, parent=top)
    assert list(top.children.all()) == [below]


def test_a_purged_department_leaves_those_in_the_bin_without_it(make_user: Any) -> None:
    top, below = _chain("top", "below")
    user = make_user(department=below)
    user.move_to_bin()
    department_delete(department=below)
    department_delete(department=top)
    departments_purge(departments=[top])
    below.refresh_from_db()
    assert below.parent_id is None
    departments_purge(departments=[below])
    user.refresh_from_db()
    assert user.department_id is None
    assert not Department._base_manager.exists()


def test_a_department_that_living_rows_name_is_not_purged(make_user: Any) -> None:
    top, below = _chain("top", "below")
    top.move_to_bin()
    with pytest.raises(DepartmentChildrenError, match="top"):
        departments_purge(departments=[top])
    below.move_to_bin()
    make_user(department=below)
    with pytest.raises(DepartmentUsersError, match="below"):
        departments_purge(departments=[top, below])
    assert Department.bin.count() == 2


def test_a_position_that_people_in_the_bin_hold_goes_and_returns_to_them(make_user: Any) -> None:
    cook = position_create(name="cook", code="cook")
    user = make_user()
    user.positions.add(cook)
    with pytest.raises(PositionInUseError):
        positions_delete(positions=[cook])
    user.move_to_bin()
    positions_delete(positions=[cook])
    assert list(user.positions.all()) == []
    position_restore(position=cook)
    assert list(user.positions.all()) == [cook]


@pytest.mark.parametrize(
    ("taken", "refusal", "other"),
    [
        ({"name": "cook", "code": "x"}, PositionRestoreNameError, {"name": "chef"}),
        ({"name": "x", "code": "cook"}, PositionRestoreCodeError, {"code": "chef"}),
    ],
)
def test_a_position_returns_with_another_name_or_code(
    taken: dict[str, str], refusal: type[DomainError], other: dict[str, str]
) -> None:
    cook = position_create(name="cook", code="cook")
    positions_delete(positions=[cook])
    position_create(**taken)
    with pytest.raises(refusal, match="cook"):
        position_restore(position=cook)
    position_restore(position=cook, **other)
    assert Position.objects.filter(**other).exists()


def test_a_purged_position_is_gone_for_good(make_user: Any) -> None:
    cook = position_create(name="cook", code="cook")
    user = make_user()
    user.positions.add(cook)
    user.move_to_bin()
    positions_delete(positions=[cook])
    positions_purge(positions=[cook])
    user.take_out_of_bin()
    assert list(user.positions.all()) == []
    assert not Position._base_manager.exists()
