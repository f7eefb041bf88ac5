"""`manage.py ip_data install FILE`: let the logs tell where an address is."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.places import FILES, forget_tables, table_path, table_version


class Command(BaseCommand):
    """Install a table of addresses, or tell which are installed."""

    help = "Install an ip2region table (.xdb, for IPv4 or IPv6) into the data folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        install = actions.add_parser("install", help="check a table and copy it")
        install.add_argument("file", type=Path)
        actions.add_parser("show", help="tell which tables are installed")

    def handle(self, **options: Any) -> None:
        if options["action"] == "install":
            self._install(options["file"])
        for version in FILES:
            found = table_path(version)
            about = f"{found.stat().st_size:,} bytes" if found.exists() else "not installed"
            self.stdout.write(f"IPv{version}: {found.name} {about}")

    def _install(self, file: Path) -> None:
        try:
            content = file.read_bytes()
            version = table_version(content)
        except (OSError, ValueError) as error:
            msg = f"{file}: {error}"
            raise CommandError(msg) from error
        target = table_path(version)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(target)  # a server that is running never sees half a table
        forget_tables()
        self.stdout.write("Installed. Servers that are running read it when they start again.")
