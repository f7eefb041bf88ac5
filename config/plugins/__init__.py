"""Find the plugins while settings load. Django is not set up yet, so nothing here needs it.

A plugin is a folder with a `plugin.toml` under `plugins/`, or an installed package that names
itself in the entry point group `atrium.plugins`. One that cannot be used is refused with a reason
and the platform starts without it; one that ATRIUM_PLUGINS names must load, or the start stops.
"""

from config.plugins.discovery import Registry, discover

__all__ = ["Registry", "discover"]
