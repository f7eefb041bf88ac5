"""Departments and positions: made, changed, switched and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.core.cached import PRINCIPALS, invalidate
from apps.core.errors import NotFoundError
from apps.core.trees import is_inside, lock_parents, switched
from apps.core.visibility import ensure_in_sight
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


@transaction.atomic
def department_create(*, name: str, parent: Department | None = None, **columns: Any) -> Department:
    """Make a department.

    Args:
        columns: Further columns of `Department`.

    Raises:
        DepartmentNameTakenError: A living department has the name.
        NotFoundError: The parent is deleted.
    """
    _refuse_taken_name(name, but=None)
    _refuse_deleted(parent)
    made = Department.objects.create(name=name, parent=parent, **columns)
    invalidate(PRINCIPALS)
    return made


@transaction.atomic
def department_update(*, department: Department, **columns: Any) -> Department:
    """Change the columns given; `parent` moves the department and all below it.

    Raises:
        DepartmentNameTakenError: Another living department has the name.
        DepartmentCycleError: The parent is the department itself or stands below it.
        NotFoundError: The parent is deleted.
    """
    if "name" in columns:
        _refuse_taken_name(columns["name"], but=department)
    parent: Department | None = columns.get("parent")
    if parent is not None:
        parents = lock_parents(Department.objects.all())
        if is_inside(parents, parent.pk, department.pk):
            raise DepartmentCycleError
        _refuse_deleted(parent)
    for name, value in columns.items():
        setattr(department, name, value)
    department.save()
    invalidate(PRINCIPALS)
    return department


@transaction.atomic
def departments_set_active(
    *, actor: Any, departments: Iterable[Department], is_active: bool
) -> int:
    """Enable or disable departments; the users of a disabled one cannot do anything.

    Those below are disabled with a department, those above enabled with it.

    Returns:
        How many changed.

    Raises:
        OutOfSightError: One of those is not among what the actor may see.
    """
    parents = lock_parents(Department.objects.all())
    wanted = switched(parents, [row.pk for row in departments], is_active=is_active)
    changed = list(Department.objects.filter(pk__in=wanted).exclude(is_active=is_active))
    ensure_in_sight(changed, user=actor)
    for department in changed:
        department.is_active = is_active
        department.save()
    invalidate(PRINCIPALS)
    return len(changed)


@transaction.atomic
def department_delete(*, department: Department) -> None:
    """Move a department that nobody belongs to into the bin; its name is free again.

    Raises:
        DepartmentUsersError: Users belong to it.
        DepartmentChildrenError: Living departments stand below it.
    """
    if department.users.exists():
        raise DepartmentUsersError(name=department.name)
    if department.children.exists():
        raise DepartmentChildrenError(name=department.name)
    department.move_to_bin()
    invalidate(PRINCIPALS)


@transaction.atomic
def department_restore(*, department: Department, **columns: Any) -> Department:
    """Take a department out of the bin, to where it was.

    Args:
        columns: What it is to have instead: `name`, and `parent`, None for the top.

    Raises:
        DepartmentRestoreNameError: A living department has the name.
        DepartmentParentGoneError: The department above is in the bin.
        NotFoundError: The parent given was deleted a moment ago.
    """
    name = columns.get("name", department.name)
    if Department.objects.filter(name=name).exists():
        raise DepartmentRestoreNameError(name=name)
    if "parent" in columns:
        _refuse_deleted(columns["parent"])
    elif department.parent is not None and not _is_live(department.parent):
        raise DepartmentParentGoneError(name=department.parent.name)
    department.take_out_of_bin(**columns)
    invalidate(PRINCIPALS)
    return department


@transaction.atomic
def departments_purge(*, departments: Iterable[Department]) -> None:
    """Delete departments in the bin for good: all of them or none.

    What is in the bin with them and belongs to one belongs to none then.

    Raises:
        DepartmentUsersError, DepartmentChildrenError: Somebody or something living belongs to one.
    """
    for department in departments:
        if department.users.exists():
            raise DepartmentUsersError(name=department.name)
        if department.children.exists():
            raise DepartmentChildrenError(name=department.name)
        _let_go(department.users(manager="bin"), "department")
        _let_go(department.children(manager="bin"), "parent")
        department.delete()


@transaction.atomic
def position_create(*, name: str, code: str, **columns: Any) -> Position:
    """Make a position.

    Args:
        columns: Further columns of `Position`.

    Raises:
        PositionNameTakenError, PositionCodeTakenError: Another position has it.
    """
    _refuse_taken_position(name=name, code=code, but=None)
    return Position.objects.create(name=name, code=code, **columns)


@transaction.atomic
def position_update(*, position: Position, **columns: Any) -> Position:
    """Change the columns given.

    Raises:
        PositionNameTakenError, PositionCodeTakenError: Another position has it.
    """
    _refuse_taken_position(name=columns.get("name"), code=columns.get("code"), but=position)
    for name, value in columns.items():
        setattr(position, name, value)
    position.save()
    return position


@transaction.atomic
def positions_set_active(*, positions: Iterable[Position], is_active: bool) -> int:
    """Enable or disable positions; whoever holds a disabled one keeps it.

    Returns:
        How many changed.
    """
    changed = [position for position in positions if position.is_active != is_active]
    for position in changed:
        position.is_active = is_active
        position.save()
    return len(changed)


@transaction.atomic
def positions_delete(*, positions: Iterable[Position]) -> None:
    """Move positions that nobody holds into the bin: all of them or none.

    Raises:
        PositionInUseError: Users hold one of them; it names it.
    """
    for position in positions:
        if position.users.exists():
            raise PositionInUseError(name=position.name)
        position.move_to_bin()


@transaction.atomic
def position_restore(*, position: Position, **columns: Any) -> Position:
    """Take a position out of the bin; users in or out of the bin who had it have it again.

    Args:
        columns: What it is to have instead: `name`, `code`.

    Raises:
        PositionRestoreNameError, PositionRestoreCodeError: Another position has it.
    """
    name, code = columns.get("name", position.name), columns.get("code", position.code)
    if Position.objects.filter(name=name).exists():
        raise PositionRestoreNameError(name=name)
    if Position.objects.filter(code=code).exists():
        raise PositionRestoreCodeError(code=code)
    position.take_out_of_bin(**columns)
    return position


@transaction.atomic
def positions_purge(*, positions: Iterable[Position]) -> None:
    """Delete positions in the bin for good; users in the bin who had one lose it."""
    for position in positions:
        position.delete()


def _let_go(rows: Any, name: str) -> None:
    """Take away what the rows have under a name; one by one, so that the history knows."""
    for row in rows.all():
        setattr(row, name, None)
        row.save(update_fields=[name])


def _refuse_taken_name(name: str, *, but: Department | None) -> None:
    others = Department.objects.exclude(pk=but.pk) if but else Department.objects.all()
    if others.filter(name=name).exists():
        raise DepartmentNameTakenError


def _refuse_deleted(parent: Department | None) -> None:
    if parent is not None and not _is_live(parent):
        raise NotFoundError


def _is_live(department: Department) -> bool:
    """Tell whether a department is not in the bin, and keep it from going there meanwhile."""
    return bool(Department.objects.select_for_update().filter(pk=department.pk))


def _refuse_taken_position(*, name: str | None, code: str | None, but: Position | None) -> None:
    others = Position.objects.exclude(pk=but.pk) if but else Position.objects.all()
    if name is not None and others.filter(name=name).exists():
        raise PositionNameTakenError
    if code is not None and others.filter(code=code).exists():
        raise PositionCodeTakenError
