"""`manage.py init`: menus, roles, departments and the first accounts."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.runtime.seeding import seed_all


class Command(BaseCommand):
    """Fill the database with what the platform needs; to be run after every `migrate`."""

    help = "Bring menus and the first accounts up to date; may be run as often as you like."

    def handle(self, **_options: Any) -> None:
        for notice in seed_all(demo=settings.ATRIUM.demo):
            self.stdout.write(notice)
