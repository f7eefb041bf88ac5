"""A Celery worker in a thread of this process."""

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.signals import worker_ready
from celery.worker import WorkController, state

from apps.scheduling.selectors.workers import here
from config.panel import described
from config.transport import Channel, bell

START_SECONDS = 15.0
log = logging.getLogger(__name__)


class ThreadPool(TaskPool):
    """A pool of threads that forbids nobody to wait for a result.

    The original makes Celery believe that the whole process is inside a task, so that every view
    that asks for a result is refused.
    """

    task_join_will_block = False


class EmbeddedWorker:
    """Runs jobs in threads. It takes no signals, prints no banner and leaves the logging alone.

    Args:
        app: The Celery application.
        threads: Jobs that run at once.
        on_death: Called when the worker ends without having been asked to.
    """

    def __init__(self, app: Celery, *, threads: int, on_death: Callable[[], None]) -> None:
        self._ready = threading.Event()
        self._is_asked = False
        self._on_death = on_death
        self._name = f"embedded@{socket.gethostname()}"
        logging.getLogger("celery.worker.consumer").setLevel(logging.WARNING)
        app.finalize()
        app.loader.import_default_modules()
        # Not celery.apps.worker.Worker, which is made for a process of its own.
        self._controller = WorkController(
            app=app,
            pool_cls=ThreadPool,
            concurrency=threads,
            hostname=self._name,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
            use_eventloop=False,  # the loop with a hub is made for a main thread
            task_events=False,
            loglevel="INFO",
            logfile=None,
            ready_callback=self._on_ready,
        )
        self._thread = threading.Thread(target=self._run, name="celery-worker", daemon=True)

    def start(self) -> bool:
        """Start the thread; return whether the worker took up its queue in time."""
        state.should_stop = None
        bell.begin()
        self._thread.start()
        here.worker, here.depth = self._describe, Channel.depth
        return self._ready.wait(START_SECONDS)

    def ask_to_stop(self) -> None:
        """Let running jobs finish and take no other; return at once."""
        self._is_asked = True
        # Celery's own way in: the exit code of a warm stop.
        state.should_stop = 0  # type: ignore[assignment] # the stubs know it as None
        bell.end()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; return whether it did."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            running = len(state.active_requests)
            log.warning("%d job(s) still running are left to the next start", running)
            return False
        return True

    def _describe(self) -> tuple[str, dict[str, Any]]:
        return self._name, described(self._controller)

    def _on_ready(self, *_args: Any) -> None:
        worker_ready.send(sender=self._controller)  # as Celery's own command does
        self._ready.set()

    def _run(self) -> None:
        try:
            self._controller.start()  # logs what it cannot recover from, and returns
        finally:
            here.worker = None
            if not self._is_asked:
                log.error("the worker died")
                self._on_death()
