"""What a plugin says of itself in its `plugin.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

MANIFEST = "plugin.toml"
SAFE_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
TEXTS = ("name", "version", "summary", "author", "description", "icon")
KEYS = {"plugin": {*TEXTS, "tags"}, "requires": {"platform", "plugins", "python"}}


class RefusedError(Exception):
    """The plugin cannot be used; the text continues "<name> is refused: "."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a `plugin.toml` says.

    Attributes:
        app: Dotted name of the package, as it stands in INSTALLED_APPS.
        source: `folder` or `package`.
        platform: Versions of the platform that it works with: `>=0.1,<2`.
        plugins: The plugins that load before it, each with the versions that will do.
        python: Requirements on installed packages: `httpx>=0.27`.
        settings: Its settings with their defaults.
    """

    name: str
    app: str
    source: str
    version: str
    summary: str
    author: str = ""
    description: str = ""
    icon: str = ""
    tags: tuple[str, ...] = ()
    platform: str = ""
    plugins: Mapping[str, str] = field(default_factory=dict)
    python: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(name: str, app: str, path: Path | None, *, source: str) -> Manifest:
    """Return what a manifest says.

    Args:
        name: How the plugin was found: its folder or entry point.
        app: Dotted name of its package.
        path: The file, if there is one.
        source: `folder` or `package`.

    Raises:
        RefusedError: The manifest is missing, broken or not that of this plugin.
    """
    if not SAFE_NAME.fullmatch(name):
        msg = "its name is not made of lower-case letters, digits and _"
        raise RefusedError(msg)
    if path is None:
        msg = f"the package {app} has no {MANIFEST}"
        raise RefusedError(msg)
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{MANIFEST} cannot be read: {error}"
        raise RefusedError(msg) from error
    _verify_tables(name, tables)
    plugin, requires = tables["plugin"], tables.get("requires", {})
    return Manifest(
        app=app,
        source=source,
        **{key: plugin.get(key, "") for key in TEXTS},
        tags=tuple(plugin.get("tags", ())),
        platform=requires.get("platform", ""),
        plugins=requires.get("plugins", {}),
        python=tuple(requires.get("python", ())),
        settings=tables.get("settings", {}),
    )


def _verify_tables(name: str, tables: dict[str, Any]) -> None:
    """Refuse a manifest that says something else than it can say."""
    _verify_keys(tables)
    plugin, requires = tables["plugin"], tables.get("requires", {})
    if not all(isinstance(plugin.get(key, ""), str) for key in TEXTS):
        _wrong(f"{', '.join(TEXTS)} are texts")
    if missing := [key for key in ("name", "version", "summary") if not plugin.get(key)]:
        _wrong(f"{missing[0]} is missing")
    if plugin["name"] != name:
        _wrong(f"it is called {plugin['name']!r} but found as {name!r}")
    if not _is_texts(plugin.get("tags", [])) or not _is_texts(requires.get("python", [])):
        _wrong("tags and python are lists of texts")
    _verify_versions(plugin["version"], requires)
    if not all(_is_setting(key, value) for key, value in tables.get("settings", {}).items()):
        _wrong("[settings] holds lower-case keys with a flag, number, text or list of texts")


def _verify_keys(tables: dict[str, Any]) -> None:
    """Refuse tables and keys that nobody reads: they are misspelt."""
    if not all(isinstance(table, dict) for table in tables.values()) or "plugin" not in tables:
        _wrong("it is made of the tables [plugin], [requires] and [settings]")
    unknown = tables.keys() - {*KEYS, "settings"}
    for table, keys in KEYS.items():
        unknown |= tables.get(table, {}).keys() - keys
    if unknown:
        _wrong(f"{min(unknown)!r} is unknown")


def _verify_versions(own: str, requires: dict[str, Any]) -> None:
    try:
        Version(own)
        SpecifierSet(requires.get("platform", ""))
        for spec in dict(requires.get("plugins", {})).values():
            SpecifierSet(spec)
        for text in requires.get("python", []):
            Requirement(text)
    except (InvalidVersion, InvalidSpecifier, InvalidRequirement) as error:
        _wrong(str(error))
    except (TypeError, ValueError, AttributeError):
        _wrong("platform and plugins are versions such as '>=0.1'")


def _wrong(problem: str) -> None:
    msg = f"{MANIFEST}: {problem}"
    raise RefusedError(msg)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_setting(key: str, value: Any) -> bool:
    return bool(SAFE_NAME.fullmatch(key)) and (
        isinstance(value, bool | int | float | str) or _is_texts(value)
    )
