"""What the values of settings mean: flags, numbers, lists, one of several words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit


class EnvironmentKeyError(SystemExit):
    """The environment is wrong; the process ends with one line that says what to change."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"atrium: {problem}")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An address outside that is told of things; what it shows of itself is its name alone."""

    name: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


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
    if kind == tuple[Endpoint, ...]:
        return parse_endpoints(name, text)
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def parse_endpoints(name: str, text: str) -> tuple[Endpoint, ...]:
    """Return the endpoints of a JSON object: name -> address, or name -> {"url": …, "secret": …}.

    Raises:
        EnvironmentKeyError: It is none. The text, which may hold secrets, is not told.
    """
    try:
        given = json.loads(text)
        told = {
            key: {"url": each} if isinstance(each, str) else each for key, each in given.items()
        }
        found = tuple(Endpoint(name=key, **each) for key, each in told.items())
    except (ValueError, TypeError, AttributeError):
        msg = f'{name} is not a JSON object of name: "address" or name: {{"url", "secret"}}'
        raise EnvironmentKeyError(msg) from None
    for endpoint in found:
        if not _is_address(endpoint.url):
            msg = f"{name}: the address of {endpoint.name!r} is not http:// or https://"
            raise EnvironmentKeyError(msg)
    return found


def _is_address(url: object) -> bool:
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


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
