"""`manage.py sync_menus`."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.access.services.sync import menus_sync
from apps.core.codes import declared_codes
from apps.core.menus import declared_menus


class Command(BaseCommand):
    help = "Write the pages and permission codes that the code declares to the menu table."

    def handle(self, *_args: Any, verbosity: int = 1, **_options: Any) -> None:
        done = menus_sync(entries=declared_menus(), codes=declared_codes())
        text = (
            "menus: %(added)s added, %(changed)s changed, %(retired)s retired, "
            "%(returned)s brought back"
        )
        if verbosity:
            self.stdout.write(text % vars(done))
