"""`manage.py test_services`: the tests again, on the services that the platform is scaled with."""

import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

from config.env import BASE_DIR

REACH_SECONDS = 2.0
SERVICES = {
    "postgresql": "postgresql://postgres@127.0.0.1:5432/atrium",
    "mariadb": "mysql://root@127.0.0.1:3306/atrium",
    "redis": "redis://127.0.0.1:6379/9",
    "rabbitmq": "amqp://guest:guest@127.0.0.1:5672//",
}
SCALED = ("postgresql", "redis", "rabbitmq")
NAMES = {
    "postgresql": "DATABASE_URL",
    "mariadb": "DATABASE_URL",
    "redis": "REDIS_URL",
    "rabbitmq": "CELERY_BROKER_URL",
}


class Command(BaseCommand):
    """Run the suite on PostgreSQL, Redis and RabbitMQ together, then the data layer on MariaDB."""

    help = "Run the tests on the real services; what is not reachable is named and passed over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for service, url in SERVICES.items():
            parser.add_argument(f"--{service}", default=url, help="address (%(default)s)")

    def handle(self, **options: Any) -> None:
        failed = []
        for title, services, selection in (
            ("PostgreSQL, Redis and RabbitMQ", SCALED, "not browser and not slow"),
            ("MariaDB", ("mariadb",), "not browser and not slow"),
        ):
            urls = {service: options[service] for service in services}
            absent = [service for service, url in urls.items() if not is_reachable(url)]
            if absent:
                self.stdout.write(
                    f"services: {title} passed over, not reachable: {', '.join(absent)}"
                )
                continue
            self.stdout.write(f"services: the tests on {title}")
            self.stdout.flush()
            if self._run(urls, selection):
                failed.append(title)
        if failed:
            msg = f"tests failed on {'; '.join(failed)}"
            raise CommandError(msg)

    def _run(self, urls: Mapping[str, str], selection: str) -> int:
        environ = {
            key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"
        }
        environ |= {NAMES[service]: url for service, url in urls.items()}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--create-db", "-m", selection]
        ended = subprocess.run(command, cwd=BASE_DIR, env=environ, check=False)  # noqa: S603 - fixed
        return ended.returncode


def is_reachable(url: str) -> bool:
    """Tell whether somebody listens at the address."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), REACH_SECONDS):
            return True
    except OSError:
        return False
