"""The whole platform in one process: web server in the main thread, worker and beat beside it."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from celery.worker import state
from channels.routing import get_default_application
from django.conf import settings
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from apps.scheduling.services.outbox import jobs_recover, jobs_spare
from config.celery import app, publish
from config.runtime.beat import EmbeddedBeat
from config.runtime.seeding import seed_all
from config.runtime.server import Server
from config.runtime.worker import EmbeddedWorker
from config.transport import SCHEME

DEADLINE_SECONDS = 4.3
"""From the signal to stop until we leave what still runs; below `supervisor.END_SECONDS`."""

BACKGROUND_SECONDS = 2.0
RULE = "-" * 72
log = logging.getLogger(__name__)


class Background:
    """The worker and the scheduler of this process.

    Attributes:
        has_failed: Whether they could not be started; the process must not go on without them.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._leaving = threading.Lock()
        self._is_stopping = self._is_left = self.has_failed = False
        self._parts: Sequence[EmbeddedWorker | EmbeddedBeat] = ()

    def start(self) -> None:
        """Queue what an earlier process left, then start the worker and the scheduler."""
        with self._mutex:
            if self._is_stopping:
                return
            if settings.CELERY_BROKER_URL.startswith(f"{SCHEME}:"):
                jobs_recover(send=publish)
                connections.close_all()  # this thread asks the database for nothing more
            threads = settings.ATRIUM.worker_threads
            worker = EmbeddedWorker(app, threads=threads, on_death=stop_this_process)
            beat = EmbeddedBeat(app, on_death=stop_this_process)
            self._parts = (beat, worker)
        worker.start()
        beat.start()

    def ask_to_stop(self) -> None:
        """Begin to stop; return at once."""
        self._is_stopping = True
        for part in self._parts:
            part.ask_to_stop()

    def join(self, seconds: float) -> None:
        """Wait until both have stopped, or the time is over."""
        until = time.monotonic() + seconds
        for part in self._parts:
            part.join(max(0.0, until - time.monotonic()))
        self.leave()

    def leave(self) -> None:
        """Note that what still runs is cut short by a stop and has not taken the process down."""
        with self._leaving:
            if self._is_left:
                return
            self._is_left = True
        running = [request.id for request in tuple(state.active_requests)]
        try:
            jobs_spare(task_ids=running)
        except DatabaseError as error:  # they count as crashed once, and run again all the same
            log.warning("the jobs left behind could not be noted: %s", error)


def serve(*, listener: int, ready: int, go: int) -> NoReturn:
    """Serve until told to stop, then end the process.

    Args:
        listener: Descriptor of the listening socket.
        ready: Descriptor that takes one byte when connections are answered.
        go: Descriptor that gives one byte when worker and beat may start, and ends with our parent.
    """
    notices = prepare()
    background = Background()

    def on_ready() -> None:
        gc.freeze()
        gc.enable()
        show(notices)
        os.write(ready, b"1")
        os.close(ready)
        threading.Thread(target=_obey, args=(go, background), name="obey", daemon=True).start()

    def on_stop() -> None:
        background.ask_to_stop()
        deadline = threading.Timer(DEADLINE_SECONDS, _leave_late, (background,))
        deadline.daemon = True
        deadline.start()

    application = get_default_application()  # the routes load with it: only after the checks
    Server(application, on_ready=on_ready, on_stop=on_stop).run([socket.socket(fileno=listener)])
    background.join(BACKGROUND_SECONDS)
    connections.close_all()
    _leave(int(background.has_failed))


def prepare() -> list[str]:
    """Bring the database up to date and look for faults; return what must be told, once.

    Raises:
        SystemExit: The database or the code is not fit to serve; the text says why.
    """
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise looks for it
    try:
        _migrate()
        notices = seed_all(demo=settings.ATRIUM.demo)
    except (DatabaseError, CommandError) as error:
        msg = f"atrium: the database cannot be prepared: {str(error).strip()}"
        raise SystemExit(msg) from error
    # They import the URLconf, which is lazy: a fault there would otherwise show as a 500 on every
    # page.
    serious = [message for message in checks.run_checks() if message.is_serious()]
    if serious:
        raise SystemExit("\n".join(["atrium: the system checks failed", *map(str, serious)]))
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # the worker need not do it again
    return notices


def _migrate() -> None:
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"bringing the database up to date ({len(plan)} migrations)")
        call_command("migrate", interactive=False, verbosity=0)


def show(notices: Sequence[str]) -> None:
    """Put what must be told where it is seen."""
    if notices:
        sys.stdout.write("\n".join(["", RULE, *(f"  {line}" for line in notices), RULE, "", ""]))
        sys.stdout.flush()


def say(text: str) -> None:
    """Tell the person at the terminal what is going on."""
    sys.stdout.write(f"atrium: {text}\n")
    sys.stdout.flush()


def stop_this_process() -> None:
    """Stop as if told to; the supervisor then starts another process."""
    os.kill(os.getpid(), signal.SIGTERM)


def _obey(go: int, background: Background) -> None:
    """Start the background when the supervisor says so, and stop when the supervisor is gone."""
    if os.read(go, 1):
        try:
            background.start()
        except Exception:  # the thread's boundary: nobody else hears of it
            log.exception("worker and beat cannot be started; the process ends")
            background.has_failed = True
            stop_this_process()
            return
        os.read(go, 1)
    stop_this_process()


def _leave_late(background: Background) -> None:
    log.warning("still busy after %.1f s; leaving what runs", DEADLINE_SECONDS)
    background.leave()
    _leave(int(background.has_failed))


def _leave(code: int) -> NoReturn:
    """End at once: threads may still hold a job or a view that was given up."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
