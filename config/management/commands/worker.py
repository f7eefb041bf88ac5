"""`manage.py worker`: does the jobs of the scaled mode."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.celery import app
from config.runtime.figures import served_metrics
from config.runtime.scaled import BROKER_NEEDS, refuse_embedded


class Command(BaseCommand):
    """Run Celery's worker with the settings of the platform."""

    help = "Do the jobs that the other processes queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pool", choices=["prefork", "threads"], default="prefork")
        parser.add_argument("--concurrency", type=int, help="jobs at once (one per processor)")

    def handle(self, **options: Any) -> None:
        refuse_embedded(settings.ATRIUM, BROKER_NEEDS)
        with served_metrics(settings.ATRIUM.worker_metrics_port):
            self._work(options)

    def _work(self, options: dict[str, Any]) -> None:
        arguments = [
            "worker",
            f"--loglevel={settings.ATRIUM.log_level}",
            f"--pool={options['pool']}",
        ]
        if options["concurrency"]:
            arguments.append(f"--concurrency={options['concurrency']}")
        app.worker_main(arguments)
