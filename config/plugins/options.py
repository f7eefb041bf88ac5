"""The settings of plugins: defaults from their manifests, values from the environment."""

from collections.abc import Iterable, Mapping
from typing import Any

from config.env import PLUGIN_PREFIX
from config.plugins.manifest import Manifest
from config.values import EnvironmentKeyError, parse_flag


def read_settings(
    manifests: Mapping[str, Manifest], environ: Mapping[str, str], *, unreadable: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Return the settings of every plugin, by its name.

    Args:
        manifests: The plugins whose settings are known.
        environ: The variables that start with `ATRIUM_PLUGIN_`.
        unreadable: Plugins without a manifest that says what their settings are.

    Raises:
        EnvironmentKeyError: A variable is no setting of any plugin, or has the wrong type.
    """
    unknown = set(environ)
    values: dict[str, dict[str, Any]] = {}
    for name, manifest in manifests.items():
        values[name] = dict(manifest.settings)
        for key, default in manifest.settings.items():
            variable = f"{PLUGIN_PREFIX}{name}_{key}".upper()
            if variable in environ:
                unknown.discard(variable)
                values[name][key] = _parse(variable, environ[variable], default)
    for name in unreadable:
        unknown = {key for key in unknown if not key.startswith(f"{PLUGIN_PREFIX}{name.upper()}_")}
    if unknown:
        msg = f"{min(unknown)} is no setting of any plugin"
        raise EnvironmentKeyError(msg)
    return values


def _parse(variable: str, text: str, default: Any) -> Any:
    if isinstance(default, bool):
        return parse_flag(variable, text)
    if isinstance(default, list):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return type(default)(text)
    except ValueError:
        msg = f"{variable}={text!r} is not a number"
        raise EnvironmentKeyError(msg) from None
