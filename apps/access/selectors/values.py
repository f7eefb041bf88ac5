"""Rule values: text made into what a column holds, never spliced into anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.access.choices import (
    DEPARTMENT_VARIABLE,
    DEPARTMENTS_VARIABLE,
    NOW_VARIABLE,
    USER_VARIABLE,
    Expression,
)
from apps.access.selectors.views import View
from apps.core.scopes import Column

MANY = frozenset({Expression.IN, Expression.NOT_IN})
ORDERED = frozenset(
    {
        Expression.GREATER,
        Expression.GREATER_OR_EQUAL,
        Expression.LESS,
        Expression.LESS_OR_EQUAL,
    }
)
WHOLE = (models.IntegerField, models.AutoField)
BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
MAX_WHOLE = models.BigIntegerField.MAX_BIGINT


class UnfitError(Exception):
    """A value that a column cannot be compared with; the text says why."""


def values_in(text: str, *, column: Column, expression: int, view: View) -> list[Any]:
    """Return what a column is compared with, for one user at this moment.

    Variables that have nothing to stand for, as the department of a user who has none, leave the
    list shorter, or empty.

    Raises:
        UnfitError: The text does not fit the column or the expression.
    """
    if isinstance(column, models.BooleanField) and expression in ORDERED:
        raise UnfitError(_("A yes or no is neither greater nor less than another."))
    found: list[Any] = []
    for part in _parts(text, expression):
        found += _values(part, column=column, expression=expression, view=view)
    return found


def _parts(text: str, expression: int) -> list[str]:
    if expression not in MANY:
        return [text.strip()]
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise UnfitError(_("Enter values, separated by commas."))
    return parts


def _values(part: str, *, column: Column, expression: int, view: View) -> list[Any]:
    if not part.startswith("${"):
        return [parsed(part, column)]
    if part == NOW_VARIABLE:
        return [_now(column)]
    ids: dict[str, list[int]] = {
        USER_VARIABLE: [view["user_id"]],
        DEPARTMENT_VARIABLE: [pk for pk in [view["department_id"]] if pk is not None],
        DEPARTMENTS_VARIABLE: view["departments"],
    }
    if part not in ids:
        raise UnfitError(_("There is no variable %(name)s.") % {"name": part})
    if not isinstance(column, WHOLE):
        raise UnfitError(_("This column holds no ids."))
    if part == DEPARTMENTS_VARIABLE and expression not in MANY:
        raise UnfitError(_("Several departments can only be compared by “in” and “not in”."))
    return list(ids[part])


def _now(column: Column) -> Any:
    now = timezone.now()
    if isinstance(column, models.DateTimeField):
        return now
    if isinstance(column, models.DateField):
        return timezone.localdate(now)
    raise UnfitError(_("This column holds no moments."))


def parsed(text: str, column: Column) -> Any:
    """Return a text as a value of a column; moments without a zone are the site's.

    Raises:
        UnfitError: It is none.
    """
    if "\x00" in text:
        raise UnfitError(_("The value contains a character that cannot be stored."))
    if isinstance(column, models.BooleanField):
        return _boolean(text)
    if isinstance(column, WHOLE) and not text.lstrip("-").isdecimal():
        raise UnfitError(_("Enter a whole number."))
    try:
        value = column.to_python(text)
    except (ValidationError, ValueError, OverflowError) as error:
        raise UnfitError(_("This value does not fit the column.")) from error
    if isinstance(column, WHOLE) and abs(value) > MAX_WHOLE:
        raise UnfitError(_("The number is too large."))
    if value is None:
        raise UnfitError(_("This value does not fit the column."))
    if isinstance(value, datetime) and timezone.is_naive(value):
        return timezone.make_aware(value, timezone.get_default_timezone())
    return value


def _boolean(text: str) -> bool:
    value = BOOLEANS.get(text.lower())
    if value is None:
        raise UnfitError(_("Enter 1 or 0, or true or false."))
    return value
