"""Celery's scheduler, in a form that can be stopped at once."""

import logging
import threading
import time
from collections.abc import Callable

from celery import Celery, beat, signals
from django.db import connections

log = logging.getLogger(__name__)


class PromptService(beat.Service):
    """Celery's beat whose sleep ends when it is told to stop.

    The original sleeps with `time.sleep`, so that a stop takes as long as the pause at hand.
    """

    # What the original sets and its stubs leave out.
    _is_shutdown: threading.Event
    _is_stopped: threading.Event

    def start(self, embedded_process: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        signals.beat_init.send(sender=self)
        self.effective_max_interval = self.scheduler.max_interval
        self._last_tick = time.monotonic()
        try:
            while not self._is_shutdown.is_set():
                pause = self.scheduler.tick()
                self._last_tick = time.monotonic()
                if pause and pause > 0.0:
                    self._is_shutdown.wait(pause)
                    if self.scheduler.should_sync():
                        self.scheduler._do_sync()  # type: ignore[attr-defined] # noqa: SLF001 - as the original does
        finally:
            self.sync()

    def stop(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        self._is_shutdown.set()
        if wait:
            self._is_stopped.wait()


def service(app: Celery) -> PromptService:
    """Return a scheduler that reads its schedule from the database."""
    return PromptService(
        app,
        scheduler_cls=app.conf.beat_scheduler,
        max_interval=app.conf.beat_max_loop_interval,
    )


class EmbeddedBeat:
    """Runs the scheduler in a thread of this process.

    Args:
        app: The Celery application.
        on_death: Called when the scheduler ends without having been asked to.
    """

    def __init__(self, app: Celery, *, on_death: Callable[[], None]) -> None:
        self._is_asked = False
        self._on_death = on_death
        self._service = service(app)
        self._thread = threading.Thread(target=self._run, name="celery-beat", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Wake the scheduler and let it end; return at once."""
        self._is_asked = True
        self._service.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; return whether it did."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._service.start()
        finally:
            connections.close_all()
            if not self._is_asked:
                log.error("the scheduler died")
                self._on_death()
