"""Everything that changes dictionaries; each change is seen by the next reader."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.core.cached import invalidate
from plugins.dict.constants import DICTIONARIES
from plugins.dict.errors import DictCodeTakenError, DictLabelTakenError
from plugins.dict.models import DictData, DictType


@transaction.atomic
def dict_type_save(*, dict_type: DictType, **changes: Any) -> DictType:
    """Return the dictionary as it is now, new or changed.

    Args:
        dict_type: A row, or an unsaved instance to make one.
        changes: New values of its columns; the others stay.

    Raises:
        DictCodeTakenError: Another dictionary has the code.
    """
    _assign(dict_type, changes)
    others = DictType.objects.exclude(pk=dict_type.pk)
    if others.filter(code=dict_type.code).exists():
        raise DictCodeTakenError
    dict_type.save()
    invalidate(DICTIONARIES)
    return dict_type


@transaction.atomic
def dict_types_delete(*, dict_types: Iterable[DictType]) -> None:
    """Delete dictionaries and their entries."""
    DictType.objects.filter(pk__in=[dict_type.pk for dict_type in dict_types]).delete()
    invalidate(DICTIONARIES)


@transaction.atomic
def dict_data_save(*, dict_data: DictData, **changes: Any) -> DictData:
    """Return the entry as it is now, new or changed.

    Args:
        dict_data: A row, or an unsaved instance to make one.
        changes: New values of its columns; the others stay.

    Raises:
        DictLabelTakenError: The dictionary has another entry with the label.
    """
    _assign(dict_data, changes)
    others = DictData.objects.exclude(pk=dict_data.pk)
    if others.filter(type=dict_data.type, label=dict_data.label).exists():
        raise DictLabelTakenError
    dict_data.save()
    invalidate(DICTIONARIES)
    return dict_data


@transaction.atomic
def dict_data_set_active(*, dict_data: Iterable[DictData], is_active: bool) -> int:
    """Offer entries to forms, or stop doing so; return how many changed."""
    changed = [entry for entry in dict_data if entry.is_active != is_active]
    for entry in changed:
        entry.is_active = is_active
        entry.save()
    invalidate(DICTIONARIES)
    return len(changed)


@transaction.atomic
def dict_data_delete(*, dict_data: Iterable[DictData]) -> None:
    """Delete entries."""
    DictData.objects.filter(pk__in=[entry.pk for entry in dict_data]).delete()
    invalidate(DICTIONARIES)


def _assign(row: DictType | DictData, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
