"""`manage.py serve`: the web server of the scaled mode."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.runtime.figures import shared_figures
from config.runtime.scaled import SERVER_NEEDS, refuse_embedded
from config.runtime.server import Server, serve_many
from config.runtime.supervisor import listen

APPLICATION = "config.asgi:application"
START_SECONDS = 60
"""How long a process may take to start; uvicorn's five seconds are too few on a busy machine."""


class Command(BaseCommand):
    """Serve HTTP and websockets; jobs are done by `worker`, schedules kept by `beat`."""

    help = "Serve HTTP and websockets from one or more processes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address (%(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port (%(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="processes (%(default)s)")

    def handle(self, **options: Any) -> None:
        refuse_embedded(settings.ATRIUM, SERVER_NEEDS)
        host, port, workers = options["host"], options["port"], options["workers"]
        listener = listen(host, port)
        if workers == 1:
            Server(APPLICATION, on_ready=lambda: None, on_stop=lambda: None).run([listener])
            return
        with shared_figures():
            serve_many(APPLICATION, listener, workers=workers, start_seconds=START_SECONDS)
        sys.exit(0)
