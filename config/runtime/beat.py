"""Celery's scheduler, in a form that can be stopped at once."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery, beat, signals
from django.db import connections, transaction
from django.db.models.signals import post_save
from django_celery_beat.models import PeriodicTasks

log = logging.getLogger(__name__)


class PromptService(beat.Service):
    """Celery's beat whose sleep ends when it is told to stop or to look again.

    The original sleeps with `time.sleep`, so that a stop takes as long as the pause at hand.
    """

    # What the original sets and its stubs leave out.
    _is_shutdown: threading.Event
    _is_stopped: threading.Event

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bell = threading.Event()

    def start(self, embedded_process: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        signals.beat_init.send(sender=self)
        self.effective_max_interval = self.scheduler.max_interval
        self._last_tick = time.monotonic()
        try:
            while not self._is_shutdown.is_set():
                pause = self.scheduler.tick()
                self._last_tick = time.monotonic()
                if pause and pause > 0.0:
                    self._bell.wait(pause)
                    self._bell.clear()
        finally:
            self.sync()

    def stop(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        self._is_shutdown.set()
        self.wake()
        if wait:
            self._is_stopped.wait()

    def wake(self) -> None:
        """Let the scheduler look again at once."""
        self._bell.set()


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
        """Start the thread, and tell it at once of every change of a schedule."""
        post_save.connect(self._on_change, sender=PeriodicTasks, dispatch_uid="atrium.beat")
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Wake the scheduler and let it end; return at once."""
        self._is_asked = True
        post_save.disconnect(sender=PeriodicTasks, dispatch_uid="atrium.beat")
        self._service.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; return whether it did."""
        if self._thread.ident is None:  # we stop before it was its turn to start
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _on_change(self, **_kwargs: Any) -> None:
        transaction.on_commit(self._service.wake)

    def _run(self) -> None:
        try:
            self._service.start()
        finally:
            connections.close_all()
            if not self._is_asked:
                log.error("the scheduler died")
                self._on_death()
