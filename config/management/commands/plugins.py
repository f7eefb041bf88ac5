"""`manage.py plugins`: what was found, what loads, and why the rest does not."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "List the plugins with version, state and, where one is refused, the reason."
    requires_system_checks = []  # it must work where a plugin is broken

    def handle(self, *args: Any, **options: Any) -> None:
        registry = settings.PLUGIN_REGISTRY
        names = sorted({*registry.manifests, *registry.refused})
        if not names:
            self.stdout.write("There are no plugins.")
        for name in names:
            found = registry.manifests.get(name)
            version, source = (found.version, found.source) if found else ("?", "?")
            about = registry.refused.get(name) or (found.summary if found else "")
            line = f"{name:20} {version:10} {source:8} {registry.state(name):8} {about}"
            self.stdout.write(line)
