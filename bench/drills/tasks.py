"""Jobs that count themselves outside of the platform, so that its own tables are not believed."""

import os
import signal
import time
from functools import cache

from celery import current_task
from redis import Redis

from apps.core.jobs import QUICK, job
from apps.scheduling.constants import DUE_HEADER, TRIGGER_HEADER

COUNTS = "DRILL_COUNTS"
BEGUN, DONE, FIRED = "begun", "done", "fired"


@cache
def counts() -> "Redis":
    """Return the Redis that counts; no drill touches it."""
    return Redis.from_url(os.environ[COUNTS], decode_responses=True)


@job(label="drill: count", queue=QUICK, is_repeatable=True)
def count(number: int, seconds: float = 0.0) -> None:
    """Count a beginning, take a while, count an end."""
    counts().hincrby(BEGUN, str(number), 1)
    time.sleep(seconds)
    counts().hincrby(DONE, str(number), 1)


@job(label="drill: count, once", queue=QUICK)
def count_once(number: int, seconds: float = 0.0) -> None:
    """Do the same, but never twice."""
    counts().hincrby(BEGUN, str(number), 1)
    time.sleep(seconds)
    counts().hincrby(DONE, str(number), 1)


@job(label="drill: stumble", queue=QUICK, is_repeatable=True, max_retries=3)
def stumble(number: int, seconds: float = 2.0) -> None:
    """Fail once, and do it at the second try, which is some seconds later."""
    tries = int(str(counts().hincrby(BEGUN, str(number), 1)))
    if tries == 1:
        raise current_task.retry(countdown=seconds)
    counts().hincrby(DONE, str(number), 1)


@job(label="drill: die", queue=QUICK, is_repeatable=True)
def die(number: int) -> None:
    """Take the worker's process down, each time."""
    counts().hincrby(BEGUN, str(number), 1)
    os.kill(os.getpid(), signal.SIGKILL)


@job(label="drill: fire", queue=QUICK, is_repeatable=True)
def fire(name: str) -> None:
    """Note for which moment a schedule was fired, and when that was."""
    request = current_task.request
    headers = request.headers or {}
    due = headers.get(DUE_HEADER) or getattr(request, DUE_HEADER, "")
    trigger = headers.get(TRIGGER_HEADER) or getattr(request, TRIGGER_HEADER, "")
    counts().rpush(f"{FIRED} {name}", f"{time.time()} {trigger} {due}")
