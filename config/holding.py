"""Signs of life for the messages that a worker holds on Redis.

Redis keeps the moment at which each message was handed out, and gives it to another worker when
that was long ago. Moving the moment on, for as long as the worker lives, lets this time be short
however long the jobs are; a killed worker's jobs are then with another after a minute.
"""

import logging
import time
from typing import Any

from celery.bootsteps import StartStopStep
from celery.signals import worker_shutdown
from celery.worker.consumer.tasks import Tasks
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from config.queues import VISIBILITY_SECONDS

SIGN_SECONDS = VISIBILITY_SECONDS / 4
log = logging.getLogger(__name__)


class Holding(StartStopStep):
    """Part of a worker's consumer; does nothing with another broker."""

    requires = (Tasks,)

    def __init__(self, consumer: Any, **_options: Any) -> None:
        super().__init__(consumer)
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        """Begin to give signs of life over the connection that was just made."""
        if consumer.connection.transport.driver_type == "redis":
            self._timer = consumer.timer.call_repeatedly(SIGN_SECONDS, hold, (consumer,))

    def stop(self, consumer: Any) -> None:
        """End it; the next connection begins anew."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Farewell(StartStopStep):
    """Part of a worker; tells of its end also where that cuts jobs short, as Celery does not."""

    def terminate(self, worker: Any) -> None:
        """Tell that the worker ends; what ran was cancelled before."""
        worker_shutdown.send(sender=worker)


def hold(consumer: Any) -> None:
    """Move the moment on of each message that the worker has and has not acknowledged."""
    qos = consumer.task_consumer.channel.qos
    tags = list(qos._delivered)  # noqa: SLF001 - kombu tells them to nobody
    if not tags:
        return
    now = time.time()
    try:
        with qos.channel.conn_or_acquire() as client:
            # Those that are there alone: one that was acknowledged just now must not come back.
            client.zadd(qos.unacked_index_key, dict.fromkeys(tags, now), xx=True)
    except (OSError, KombuError, RedisError) as error:
        log.warning("no sign of life could be given for %d message(s): %s", len(tags), error)
