"""What the values of settings mean: flags, numbers, lists, one of several words."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin


class EnvironmentKeyError(SystemExit):
    """The environment is wrong; the process ends with one line that says what to change."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"atrium: {problem}")


def parse_value(name: str, text: str, kind: Any) -> Any:
    if kind is bool:
        return parse_flag(name, text)
    if kind is int:
        try:
            return int(text)
        except ValueError:
            msg = f"{name}={text!r} is not a whole number"
            raise EnvironmentKeyError(msg) from None
    if kind is float:
        return parse_fraction(name, text)
    if get_origin(kind) is Literal and text not in get_args(kind):
        msg = f"{name}={text!r} is none of {', '.join(get_args(kind))}"
        raise EnvironmentKeyError(msg)
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def parse_fraction(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        msg = f"{name}={text!r} is not a number from 0 to 1"
        raise EnvironmentKeyError(msg)
    return number


def parse_flag(name: str, text: str) -> bool:
    """Return the flag that a value stands for.

    Raises:
        EnvironmentKeyError: It stands for none.
    """
    flags = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.lower() not in flags:
        msg = f"{name}={text!r} is neither true nor false"
        raise EnvironmentKeyError(msg)
    return flags[text.lower()]
