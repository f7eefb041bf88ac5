"""`manage.py beat`: keeps the schedules of the scaled mode."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.celery import app
from config.runtime.beat import service
from config.runtime.scaled import BROKER_NEEDS, refuse_embedded


class Command(BaseCommand):
    """Run the scheduler; of several, one acts and the others wait to take over."""

    help = "Queue what the schedules ask for; a second such process stands by."

    def handle(self, **_options: Any) -> None:
        refuse_embedded(settings.ATRIUM, BROKER_NEEDS)
        app.finalize()
        app.loader.import_default_modules()
        keeper = service(app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: keeper.stop())
        keeper.start()
