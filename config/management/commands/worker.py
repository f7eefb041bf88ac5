"""`manage.py worker`: does the jobs of the scaled mode."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.celery import app
from config.queues import NAMES
from config.runtime.figures import served_metrics
from config.runtime.scaled import BROKER_NEEDS, refuse_embedded

MAX_CONCURRENCY = 8


class Command(BaseCommand):
    """Run Celery's worker with the settings of the platform."""

    help = "Do the jobs that the other processes queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pool", choices=["prefork", "threads"], default="prefork")
        parser.add_argument("--concurrency", type=int, help="jobs at once (one per processor)")
        parser.add_argument("--queues", help=f"of {','.join(NAMES)}, separated by commas (all)")
        parser.add_argument("--name", help="tells the workers of one machine apart")

    def handle(self, **options: Any) -> None:
        refuse_embedded(settings.ATRIUM, BROKER_NEEDS)
        queues = self._queues(options["queues"] or ",".join(NAMES))
        # A worker that is told to end waits for what runs, but not for ever, and gives the rest
        # back. Celery's own warm end waits for ever, and whoever started us kills us then.
        os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
        with served_metrics(settings.ATRIUM.worker_metrics_port):
            app.worker_main(
                [
                    "worker",
                    f"--loglevel={settings.ATRIUM.log_level}",
                    f"--pool={options['pool']}",
                    f"--concurrency={options['concurrency'] or default_concurrency()}",
                    f"--queues={','.join(queues)}",
                    f"--hostname={options['name'] or '-'.join(queues)}@%h",
                    "--without-gossip",
                    "--without-mingle",
                ]
            )

    def _queues(self, text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        unknown = [name for name in names if name not in NAMES]
        if unknown:
            msg = f"there is no queue {', '.join(unknown)}; there are {', '.join(NAMES)}"
            raise CommandError(msg)
        return names


def default_concurrency() -> int:
    """Return one job per processor, within bounds: each child has a connection to the database."""
    return min(os.cpu_count() or 1, MAX_CONCURRENCY)
