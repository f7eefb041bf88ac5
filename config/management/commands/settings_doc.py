"""`manage.py settings_doc`: write docs/settings.md and .env.example."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.env import BASE_DIR
from config.runtime.documents import documents


class Command(BaseCommand):
    """Make the documents that follow from `config/env.py`."""

    help = "Write docs/settings.md and .env.example from config/env.py."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if one is stale"
        )

    def handle(self, **options: Any) -> None:
        for path, text in documents().items():
            name = path.relative_to(BASE_DIR)
            if path.exists() and path.read_text("utf-8") == text:
                continue
            if options["check"]:
                msg = f"{name} is stale; run manage.py settings_doc"
                raise CommandError(msg)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            self.stdout.write(f"wrote {name}")
