"""The queues that jobs wait in, and how each broker keeps them."""

from collections.abc import Mapping
from typing import Any

from kombu import Exchange, Queue

from apps.core.jobs import QUICK, SCHEDULED, SLOW, Job

NAMES = (QUICK, SLOW, SCHEDULED)
LONGEST_SECONDS = 3600
"""How long a job may run if nothing else is said."""

RABBITMQ = ("amqp:", "amqps:", "pyamqp:")
REDIS = ("redis:", "rediss:", "sentinel:", "unix:", "redis+socket:")

DELIVERIES = 20
"""RabbitMQ gives a message up that came back so often.

Three deaths of a worker are counted in the table of runs, where only a job that had begun counts; a
message also comes back when a worker is stopped or a connection breaks. This is the end of a
message that brings workers down before they can write a row.
"""

CONSUMER_MILLISECONDS = 24 * 3600 * 1000
"""RabbitMQ takes a message from a worker that does not acknowledge it for so long; half an hour by
default, which is less than a job may take. Servers before 3.12 know it from their own file alone.
"""

VISIBILITY_SECONDS = 60
"""Redis gives a message to another worker when its own has shown no sign of life for so long.

By itself Redis knows no signs of life: the time would have to be longer than the longest job, or
what runs would be run again beside itself, and a killed worker's job would wait as long. Our
workers give them, see `config.holding`; so should any other that reads these queues.
"""

SWEEP_SECONDS = 10
CONNECT_SECONDS = 4.0
SILENT_SECONDS = 10.0
"""How long a broker may be silent before whoever sends gives up; workers ask it each second."""


def queues(url: str) -> tuple[Queue, ...]:
    """Return every queue; each has an exchange and a routing key of its own name.

    Args:
        url: Of the broker.
    """
    if not url.startswith(RABBITMQ):
        return tuple(Queue(name, Exchange(name, type="direct"), routing_key=name) for name in NAMES)
    # A quorum queue outlives the loss of a server. A message that is to wait, such as the next try
    # of a job, waits in RabbitMQ itself, from which it comes back through topic exchanges alone.
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERIES,
        "x-consumer-timeout": CONSUMER_MILLISECONDS,
    }
    return tuple(
        Queue(name, Exchange(name, type="topic"), routing_key=name, queue_arguments=arguments)
        for name in NAMES
    )


def transport_options(url: str) -> Mapping[str, Any]:
    """Return what the connection to a broker needs so that no message is lost.

    Args:
        url: Of the broker.
    """
    if url.startswith(RABBITMQ):
        return {
            "confirm_publish": True,  # what RabbitMQ has not written down is no success
            "read_timeout": SILENT_SECONDS,
            "write_timeout": SILENT_SECONDS,
        }
    if url.startswith(REDIS):
        return {
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": SWEEP_SECONDS,
            "unacked_restore_throttle": 1,
            "unacked_mutex_expire": 3 * SWEEP_SECONDS,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": SILENT_SECONDS,
            "socket_keepalive": True,
            "health_check_interval": 25,
        }
    return {}


def route(*_message: Any, task: Any = None, **_options: Any) -> dict[str, str] | None:
    """Return where a message goes whose sender names no queue; Celery calls it for each one."""
    return {"queue": task.lane} if isinstance(task, Job) else None
