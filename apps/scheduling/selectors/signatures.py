"""What a function takes, read from its type hints, and whether JSON arguments fit it."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What a parameter takes, as a form shows it."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    LIST = "list"
    OBJECT = "object"
    DAY = "day"
    MOMENT = "moment"
    ANY = "any"


KINDS: Mapping[Any, Kind] = {
    str: Kind.TEXT,
    int: Kind.INTEGER,
    float: Kind.NUMBER,
    bool: Kind.FLAG,
    list: Kind.LIST,
    tuple: Kind.LIST,
    dict: Kind.OBJECT,
    date: Kind.DAY,
    datetime: Kind.MOMENT,
}

TYPES: Mapping[Kind, Any] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: int | float,
    Kind.FLAG: bool,
    Kind.LIST: list | tuple,
    Kind.OBJECT: dict,
    Kind.DAY: str,
    Kind.MOMENT: str,
}
"""What JSON has for it."""

WORDS: Mapping[Kind, str | Promise] = {
    Kind.TEXT: _("a text"),
    Kind.INTEGER: _("a whole number"),
    Kind.NUMBER: _("a number"),
    Kind.FLAG: _("true or false"),
    Kind.LIST: _("a list"),
    Kind.OBJECT: _("an object"),
    Kind.DAY: _("a day, YYYY-MM-DD"),
    Kind.MOMENT: _("a moment, ISO 8601"),
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        name: Its name.
        kind: What it takes.
        is_required: Whether it has no default.
        default: The default; None where there is none.
        is_nullable: Whether null is taken.
        choices: The values of a `CHOICE`.
    """

    name: str
    kind: Kind
    is_required: bool
    default: Any = None
    is_nullable: bool = False
    choices: tuple[Any, ...] = ()


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """Return the parameters of a function in their order; `*args` and `**kwargs` are left out."""
    hints = get_type_hints(function)
    return tuple(
        _parameter(found, hints.get(found.name, Any))
        for found in inspect.signature(function).parameters.values()
        if found.kind not in {found.VAR_POSITIONAL, found.VAR_KEYWORD}
    )


def misfit(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Return what is wrong with JSON arguments, or None if the function can be called with them.

    Returns:
        `args` or `kwargs`, whichever is at fault, and a text for people.
    """
    signature = inspect.signature(function)
    known = {parameter.name: parameter for parameter in parameters_of(function)}
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        field = "args" if "positional" in str(error) and "keyword" not in str(error) else "kwargs"
        return field, str(
            _("The arguments do not fit: %(fault)s.") % {"fault": str(error).rstrip(".")}
        )
    positions = list(known)[: len(args)]
    for name, value in bound.arguments.items():
        parameter = known.get(name)
        if parameter is not None and not _fits(parameter, value):
            return "args" if name in positions else "kwargs", str(_wanted(parameter))
    return None


def _parameter(found: inspect.Parameter, hint: Any) -> Parameter:
    is_nullable, hint = _without_none(hint)
    origin = get_origin(hint) or hint
    is_choice = origin is Literal
    return Parameter(
        name=found.name,
        kind=Kind.CHOICE if is_choice else KINDS.get(origin, Kind.ANY),
        is_required=found.default is found.empty,
        default=None if found.default is found.empty else found.default,
        is_nullable=is_nullable,
        choices=get_args(hint) if is_choice else (),
    )


def _without_none(hint: Any) -> tuple[bool, Any]:
    if get_origin(hint) not in {Union, types.UnionType}:
        return False, hint
    rest = [part for part in get_args(hint) if part is not type(None)]
    return len(rest) < len(get_args(hint)), rest[0] if len(rest) == 1 else Any


def _fits(parameter: Parameter, value: Any) -> bool:
    if value is None:
        return parameter.is_nullable or parameter.kind == Kind.ANY
    if parameter.kind == Kind.CHOICE:
        return value in parameter.choices
    if isinstance(value, bool):  # which Python counts among the numbers
        return parameter.kind in {Kind.FLAG, Kind.ANY}
    wanted = TYPES.get(parameter.kind, object)
    return isinstance(value, wanted) and _reads(parameter.kind, value)


def _reads(kind: Kind, text: Any) -> bool:
    try:
        if kind == Kind.DAY:
            date.fromisoformat(text)
        elif kind == Kind.MOMENT:
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wanted(parameter: Parameter) -> str | Promise:
    if parameter.kind == Kind.CHOICE:
        values = ", ".join(map(str, parameter.choices))
        return _("“%(name)s” takes one of: %(values)s.") % {
            "name": parameter.name,
            "values": values,
        }
    return _("“%(name)s” takes %(kind)s.") % {
        "name": parameter.name,
        "kind": WORDS[parameter.kind],
    }
