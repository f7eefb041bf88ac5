"""Departments and positions: made, changed, switched and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.cached import PRINCIPALS, invalidate
from apps.core.errors import NotFoundError
from apps.core.trees import is_inside, lock_parents
from apps.organization.errors import (
    DepartmentChildrenError,
    DepartmentCycleError,
    DepartmentNameTakenError,
    DepartmentUsersError,
    PositionCodeTakenError,
    PositionInUseError,
    PositionNameTakenError,
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
def departments_set_active(*, departments: Iterable[Department], is_active: bool) -> None:
    """Enable or disable departments; the users of a disabled one cannot do anything."""
    for department in departments:
        department.is_active = is_active
        department.save()
    invalidate(PRINCIPALS)


@transaction.atomic
def department_delete(*, department: Department) -> None:
    """Delete a department that nobody belongs to; its row stays, its name is free again.

    Raises:
        DepartmentUsersError: Users belong to it.
        DepartmentChildrenError: Living departments stand below it.
    """
    if department.users.exists():
        raise DepartmentUsersError(name=department.name)
    if department.children.live().exists():
        raise DepartmentChildrenError(name=department.name)
    department.deleted_at = timezone.now()
    department.save()
    invalidate(PRINCIPALS)


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
def positions_set_active(*, positions: Iterable[Position], is_active: bool) -> None:
    """Enable or disable positions; whoever holds a disabled one keeps it."""
    for position in positions:
        position.is_active = is_active
        position.save()


@transaction.atomic
def positions_delete(*, positions: Iterable[Position]) -> None:
    """Delete positions that nobody holds: all of them or none.

    Raises:
        PositionInUseError: Users hold one of them; it names it.
    """
    pks = [position.pk for position in positions]
    held = Position.objects.filter(pk__in=pks, users__isnull=False).first()
    if held is not None:
        raise PositionInUseError(name=held.name)
    Position.objects.filter(pk__in=pks).delete()


def _refuse_taken_name(name: str, *, but: Department | None) -> None:
    living = Department.objects.live()
    others = living.exclude(pk=but.pk) if but else living
    if others.filter(name=name).exists():
        raise DepartmentNameTakenError


def _refuse_deleted(parent: Department | None) -> None:
    if parent is not None and not Department.objects.live().filter(pk=parent.pk).exists():
        raise NotFoundError


def _refuse_taken_position(*, name: str | None, code: str | None, but: Position | None) -> None:
    others = Position.objects.exclude(pk=but.pk) if but else Position.objects.all()
    if name is not None and others.filter(name=name).exists():
        raise PositionNameTakenError
    if code is not None and others.filter(code=code).exists():
        raise PositionCodeTakenError
