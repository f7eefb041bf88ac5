"""Which plugins load, in which order, and why the others do not."""

import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from config.plugins.manifest import MANIFEST, Manifest, RefusedError, read_manifest
from config.plugins.options import read_settings
from config.values import EnvironmentKeyError

GROUP = "atrium.plugins"
SAFE_URL = re.compile(r"([a-z0-9_-]+(/[a-z0-9_-]+)*)?")


@dataclass
class Registry:
    """The plugins of this process.

    Attributes:
        names: The apps to install, each after those that it needs.
        manifests: What was found, by plugin name, whether it loads or not.
        refused: By plugin name, why it does not load.
        insisted: The plugins that must load.
        settings: By plugin name, its settings as the environment has them.
    """

    names: tuple[str, ...] = ()
    manifests: dict[str, Manifest] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    insisted: frozenset[str] = frozenset()
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def refuse(self, name: str, reason: str) -> None:
        """Go on without a plugin.

        Raises:
            EnvironmentKeyError: ATRIUM_PLUGINS names it, so there is no going on.
        """
        if name in self.insisted:
            msg = f"ATRIUM_PLUGINS names {name}, which is refused: {reason}"
            raise EnvironmentKeyError(msg)
        self.refused[name] = reason

    def state(self, name: str) -> str:
        """Return `loaded`, `refused` or, where ATRIUM_PLUGINS leaves it out, `off`."""
        if name in self.refused:
            return "refused"
        found = self.manifests.get(name)
        return "loaded" if found and found.app in self.names else "off"


def discover(
    root: Path,
    *,
    enabled: Sequence[str] = (),
    platform: str,
    taken: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Registry:
    """Return the plugins to load, in order, and why the others are refused.

    Args:
        root: The folder of plugins; its name is that of the package which holds them.
        enabled: The plugins to load; empty means every one that is found.
        platform: Version of the platform.
        taken: App labels that belong to the platform.
        environ: The environment's settings of plugins.

    Raises:
        EnvironmentKeyError: A plugin in `enabled` cannot be used, or `environ` has a wrong key.
    """
    registry = Registry(insisted=frozenset(enabled))
    for name, app, path, source in _candidates(root):
        try:
            registry.manifests[name] = read_manifest(name, app, path, source=source)
        except RefusedError as error:
            registry.refuse(name, str(error))
    known = {*registry.manifests, *registry.refused}
    if unknown := sorted(set(enabled) - known):
        msg = f"ATRIUM_PLUGINS names {', '.join(unknown)}; there are: {', '.join(sorted(known))}"
        raise EnvironmentKeyError(msg)
    resolver = _Resolver(registry, platform, frozenset(taken))
    for name in sorted(registry.manifests):
        if not enabled or name in enabled:
            resolver.admit(name)
    unreadable = registry.refused.keys() - registry.manifests.keys()
    registry.settings = read_settings(registry.manifests, environ or {}, unreadable=unreadable)
    return registry


def _candidates(root: Path) -> Iterator[tuple[str, str, Path | None, str]]:
    """Yield name, app and manifest of everything that looks like a plugin; a folder wins."""
    seen = set()
    for path in sorted(root.glob(f"[!._]*/{MANIFEST}")):  # hidden folders and caches are none
        seen.add(path.parent.name)
        yield path.parent.name, f"{root.name}.{path.parent.name}", path, "folder"
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        if entry.name not in seen:
            seen.add(entry.name)
            yield entry.name, entry.module, _manifest_of(entry.module), "package"


def _manifest_of(package: str) -> Path | None:
    """Return the manifest inside an installed package, without importing it."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # a parent package is missing or broken
        return None
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder, MANIFEST)).is_file():
            return path
    return None


class _Resolver:
    """Admits plugins one by one, those that they need first."""

    def __init__(self, registry: Registry, platform: str, taken: frozenset[str]) -> None:
        self.registry, self.platform, self.taken = registry, platform, taken

    def admit(self, name: str) -> None:
        """Put a plugin into the load order, or refuse it."""
        if self.registry.state(name) != "off":
            return
        manifest = self.registry.manifests[name]
        try:
            self._verify_circle(name)
            for other, spec in manifest.plugins.items():
                self._verify_plugin(other, spec)
            self._verify_packages(manifest)
            _try_apps(manifest, self.taken)
        except RefusedError as error:
            self.registry.refuse(name, str(error))
        else:
            self.registry.names += (manifest.app,)

    def _verify_circle(self, name: str) -> None:
        trails = [[name]]
        seen: set[str] = set()
        while trails:
            trail = trails.pop()
            found = self.registry.manifests.get(trail[-1])
            for other in found.plugins if found else ():
                if other == name:
                    msg = f"it needs itself: {' > '.join([*trail, name])}"
                    raise RefusedError(msg)
                if other not in seen:
                    seen.add(other)
                    trails.append([*trail, other])

    def _verify_plugin(self, name: str, spec: str) -> None:
        found, registry = self.registry.manifests.get(name), self.registry
        if found and (not registry.insisted or name in registry.insisted):
            self.admit(name)
        problem = ""
        if found is None and name not in registry.refused:
            problem = "is not there"
        elif found is None or registry.state(name) == "refused":
            problem = "is refused"
        elif registry.state(name) == "off":
            problem = "is left out by ATRIUM_PLUGINS"
        elif not SpecifierSet(spec).contains(found.version, prereleases=True):
            problem = f"is here in version {found.version}, not {spec}"
        if problem:
            msg = f"it needs the plugin {name}, which {problem}"
            raise RefusedError(msg)

    def _verify_packages(self, manifest: Manifest) -> None:
        if not SpecifierSet(manifest.platform).contains(self.platform, prereleases=True):
            msg = f"it is for the platform {manifest.platform}; this is {self.platform}"
            raise RefusedError(msg)
        for text in manifest.python:
            wanted = Requirement(text)
            if wanted.marker and not wanted.marker.evaluate():
                continue
            try:
                found = version(wanted.name)
            except PackageNotFoundError:
                msg = f"it needs the Python package {text}, which is not installed"
                raise RefusedError(msg) from None
            if not wanted.specifier.contains(found, prereleases=True):
                msg = f"it needs the Python package {text}; {found} is installed"
                raise RefusedError(msg)


def _try_apps(manifest: Manifest, taken: frozenset[str]) -> None:
    """Import a plugin's `apps.py`, which must hold one PluginConfig; a bad one leaves no trace."""
    if manifest.name in taken:
        msg = "an app of the platform has this name"
        raise RefusedError(msg)
    try:
        _verify_config(manifest, importlib.import_module(f"{manifest.app}.apps"))
    except (Exception, SystemExit) as error:  # the boundary around code that is not ours
        for module in [*sys.modules]:
            if module == manifest.app or module.startswith(f"{manifest.app}."):
                del sys.modules[module]
        if isinstance(error, RefusedError):
            raise
        msg = f"error in its apps.py: {type(error).__name__}: {error}"
        raise RefusedError(msg) from error


def _verify_config(manifest: Manifest, module: Any) -> None:
    from apps.core.plugins import PLATFORM_API, PluginConfig  # noqa: PLC0415 - it needs Django

    configs = [
        member
        for member in vars(module).values()
        if isinstance(member, type)
        and issubclass(member, PluginConfig)
        and member.__module__ == module.__name__
    ]
    problem = ""
    if len(configs) != 1:
        problem = "does not hold one PluginConfig"
    elif getattr(configs[0], "name", "") != manifest.app:
        problem = f"has not the name {manifest.app!r}"
    elif getattr(configs[0], "label", manifest.app.rpartition(".")[2]) != manifest.name:
        problem = f"has not the label {manifest.name!r}"
    elif configs[0].platform_api != PLATFORM_API:
        problem = f"is for plugin interface {configs[0].platform_api}; this is {PLATFORM_API}"
    elif not SAFE_URL.fullmatch(configs[0].base_url or ""):
        problem = "has a base_url that is no path"
    if problem:
        msg = f"its apps.py {problem}"
        raise RefusedError(msg)
