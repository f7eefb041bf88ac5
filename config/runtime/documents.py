"""The documents that are made from the typed environment."""

from collections.abc import Iterator, Sequence
from dataclasses import Field, fields
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from config.env import BASE_DIR, Env, name_of

WIDTH = 100


def documents() -> dict[Path, str]:
    """Return what each generated file must hold."""
    return {
        BASE_DIR / "docs" / "settings.md": settings_page(),
        BASE_DIR / ".env.example": example_file(),
    }


def settings_page() -> str:
    """Return `docs/settings.md`: every key with its type, default and meaning."""
    lines = [
        "# Settings",
        "",
        "<!-- Made by `manage.py settings_doc` from config/env.py; changes made here are lost. -->",
        "",
        "A setting comes from the process environment, else from the file `.env` at the top of the",
        "checkout, else from its default. A key that starts with `ATRIUM_` and is not listed here,",
        "or a value of the wrong type, stops the start in one line. Lists are separated by commas;",
        "flags are `true` or `false`.",
        "",
        "What a plugin reads starts with `ATRIUM_PLUGIN_` and is described by the plugin. With",
        "`ATRIUM_BOOTSTRAPPED=1` in the process environment `manage.py` uses the Python that runs",
        "it as it is, in place of making `.venv`.",
    ]
    for group, keys in _groups():
        lines += ["", f"## {group}", ""]
        lines += ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{name_of(key)}` | {_type(key)} | {_default(key)} | {key.metadata['about']} |"
            for key in keys
        ]
    return "\n".join([*lines, ""])


def example_file() -> str:
    """Return `.env.example`: every key with its default, ready to be copied to `.env`."""
    lines = [
        "# Made by `manage.py settings_doc` from config/env.py; changes made here are lost.",
        "# Copy this file to .env, take the sign off the lines you want, and change them.",
    ]
    for group, keys in _groups():
        lines += ["", f"# --- {group} ---"]
        for key in keys:
            lines += ["", *(f"# {line}" for line in _wrapped(key.metadata["about"]))]
            lines.append(f"#{name_of(key)}={_plain(key)}")
    return "\n".join([*lines, ""])


def _groups() -> Iterator[tuple[str, Sequence[Field[Any]]]]:
    for group, keys in groupby(fields(Env), key=lambda key: str(key.metadata["group"])):
        yield group, list(keys)


def _type(key: Field[Any]) -> str:
    kind = get_type_hints(Env)[key.name]
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    names = {bool: "flag", int: "whole number", str: "text"}
    text = names.get(kind, "list")
    return f"{text}, secret" if key.metadata["secret"] else text


def _default(key: Field[Any]) -> str:
    plain = _plain(key)
    return f"`{plain}`" if plain else ""


def _plain(key: Field[Any]) -> str:
    if isinstance(key.default, bool):
        return str(key.default).lower()
    if isinstance(key.default, tuple):
        return ",".join(key.default)
    return str(key.default)


def _wrapped(text: str) -> Iterator[str]:
    line = ""
    for word in text.split():
        if len(line) + len(word) > WIDTH - 4:
            yield line
            line = ""
        line = f"{line} {word}".lstrip()
    yield line
