"""`manage.py translations`: bring the catalogues of all languages up to date."""

from argparse import ArgumentParser
from importlib.util import find_spec
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.env import BASE_DIR


class Command(BaseCommand):
    """Collect the texts of the platform and its plugins, and compile what is translated."""

    help = "Write the .po and .mo files of the platform and its plugins."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if a catalogue has a problem"
        )

    def handle(self, **options: Any) -> None:
        if find_spec("babel") is None:
            msg = "Babel is not installed; `make setup` installs what developers need."
            raise CommandError(msg)
        if options["check"]:
            self._check()
        else:
            self._write()

    def _write(self) -> None:
        from config.translations.catalogues import renewed, write  # noqa: PLC0415 - Babel
        from config.translations.sources import locales, read, sources  # noqa: PLC0415 - Babel

        for locale in locales():
            for source in sources(locale):
                old = read(source.path, locale)
                for path in write(source, renewed(source, old)):
                    self.stdout.write(f"wrote {path.relative_to(BASE_DIR)}")

    def _check(self) -> None:
        from config.translations.problems import problems  # noqa: PLC0415 - Babel
        from config.translations.sources import locales, sources  # noqa: PLC0415 - Babel

        found = [problem for locale in locales() for problem in problems(sources(locale))]
        for problem in found:
            self.stdout.write(problem)
        if found:
            msg = f"{len(found)} problems; run manage.py translations and translate"
            raise CommandError(msg)
