"""A Celery worker in threads of this process."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.signals import task_failure, worker_ready
from celery.worker import WorkController, state
from celery.worker.consumer import Consumer

from apps.core.jobs import SCHEDULED
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


class Lane(Consumer):
    """A consumer that reads the one queue that its controller names.

    Celery keeps which queues are read with the application, for all of its workers at once.
    """

    controller: Any
    task_consumer: Any

    def on_ready(self) -> None:
        """Leave the other queues alone, before the first message is taken."""
        for queue in list(self.task_consumer.queues):
            if queue.name != self.controller.lane:
                self.task_consumer.cancel_by_queue(queue)
        super().on_ready()

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Throw a message away that cannot be read, and let its run hear of it.

        The original throws it away without a word to anybody.
        """
        super().on_decode_error(message, exc)
        headers = message.headers or {}
        task = self.controller.app.tasks.get(headers.get("task"))
        if task is not None:
            task_failure.send(sender=task, task_id=str(headers.get("id")), exception=exc)


def shares(app: Celery, threads: int) -> dict[str, int]:
    """Return how many threads each queue has: what runs in one never holds up the others."""
    return {
        name: max(1, threads // 2) if name == SCHEDULED else threads for name in app.amqp.queues
    }


class EmbeddedWorker:
    """Runs jobs in threads. It takes no signals, prints no banner and leaves the logging alone.

    Each queue has threads of its own, so that neither long jobs nor many of them keep the reaper,
    or somebody who waits, from theirs.

    Args:
        app: The Celery application.
        threads: Jobs of a queue that run at once; of the scheduled ones, half as many.
        on_death: Called when the worker ends without having been asked to.

    Attributes:
        hostname: The name under which it is known as one worker.
    """

    def __init__(self, app: Celery, *, threads: int, on_death: Callable[[], None]) -> None:
        self._is_asked = False
        self._on_death = on_death
        self.hostname = f"embedded@{socket.gethostname()}"
        logging.getLogger("celery.worker.consumer").setLevel(logging.WARNING)
        app.finalize()
        app.loader.import_default_modules()
        self._ready = threading.Semaphore(0)
        self._controllers = [
            self._controller(app, lane, count) for lane, count in shares(app, threads).items()
        ]
        self._threads = [
            threading.Thread(
                target=self._run, args=(each,), name=f"celery-{each.lane}", daemon=True
            )
            for each in self._controllers
        ]

    def _controller(self, app: Celery, lane: str, threads: int) -> Any:
        # Not celery.apps.worker.Worker, which is made for a process of its own.
        made: Any = WorkController(
            app=app,
            pool_cls=ThreadPool,
            consumer_cls=Lane,
            concurrency=threads,
            hostname=f"{lane}-{self.hostname}",  # each has a box of its own for what all are told
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
            use_eventloop=False,  # the loop with a hub is made for a main thread
            task_events=False,
            loglevel="INFO",
            logfile=None,
            ready_callback=self._on_ready,
        )
        made.lane = lane
        return made

    def start(self) -> bool:
        """Start the threads; return whether the worker took up its queues in time."""
        state.should_stop = None
        bell.begin()
        for thread in self._threads:
            thread.start()
        here.worker, here.depth = self._describe, Channel.depth
        until = time.monotonic() + START_SECONDS
        waits = (
            self._ready.acquire(timeout=max(0.0, until - time.monotonic())) for _ in self._threads
        )
        if not all(waits):
            return False
        # As Celery's own command does, and once: jobs are told to run in the one worker.
        worker_ready.send(sender=self)
        return True

    def ask_to_stop(self) -> None:
        """Let running jobs finish and take no other; return at once."""
        self._is_asked = True
        # Celery's own way in: the exit code of a warm stop.
        state.should_stop = 0  # type: ignore[assignment] # the stubs know it as None
        bell.end()

    def join(self, seconds: float) -> bool:
        """Wait for the threads to end; return whether they did."""
        until = time.monotonic() + seconds
        started = [thread for thread in self._threads if thread.ident is not None]
        for thread in started:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in started):
            running = len(state.active_requests)
            log.warning("%d job(s) still running are left to the next start", running)
            return False
        return True

    def _describe(self) -> tuple[str, dict[str, Any]]:
        told = [described(each) for each in self._controllers]
        return self.hostname, told[0] | {
            "queues": sorted(name for each in told for name in each["queues"]),
            "pool_size": sum(each["pool_size"] for each in told),
        }

    def _on_ready(self, *_args: Any) -> None:
        self._ready.release()

    def _run(self, controller: Any) -> None:
        try:
            controller.start()  # logs what it cannot recover from, and returns
        finally:
            here.worker = None
            if not self._is_asked:
                log.error("the worker died")
                self._on_death()
