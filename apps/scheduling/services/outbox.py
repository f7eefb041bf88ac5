"""Jobs of the embedded broker, kept in a table so that a stop of the one process loses none.

Each queued job has a row until it has run. At the next start the rows of an earlier process are
queued again, which makes a job run at least once: jobs must bear being run twice.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db import DatabaseError
from django.db.models import F
from kombu.utils.json import dumps, loads

from apps.scheduling.choices import Why
from apps.scheduling.models import OutboxJob, Run
from apps.scheduling.services.endings import run_lose
from apps.scheduling.services.reaping import runs_recover

BOOT = uuid.uuid4().hex
"""Names this process in the rows of the jobs that it queued."""

MAX_TRIES = 3
"""A job that took the process down so often is given up."""

Send = Callable[[Mapping[str, Any]], None]
log = logging.getLogger(__name__)


def job_keep(
    *, task_id: str, name: str, headers: Mapping[str, Any], body: Sequence[Any], queue: str = ""
) -> None:
    """Remember a job that is being queued; one that is queued again keeps its count of tries.

    Args:
        task_id: The job's id.
        name: Full name of its task.
        headers: The message's headers: time to run at, retries, group and the like.
        body: Arguments, keyword arguments and what follows the job.
        queue: Where it waits; "" for where Celery sends what names no queue.
    """
    # Through kombu's JSON, which writes moments and decimals so that they come back as what they
    # were.
    payload = dumps({"headers": dict(headers), "body": list(body), "queue": queue})
    OutboxJob.objects.update_or_create(
        task_id=task_id, defaults={"name": name, "payload": payload, "boot": BOOT}
    )


def job_begin(*, task_id: str) -> None:
    """Count a try: the job starts to run now, and might take the process down."""
    OutboxJob.objects.filter(task_id=task_id).update(tries=F("tries") + 1)


def jobs_spare(*, task_ids: Collection[str]) -> None:
    """Take the try at hand back of jobs that did not take the process down.

    They wait for their next try, or are left running by a stop that somebody asked for.
    """
    tried = OutboxJob.objects.filter(task_id__in=task_ids, tries__gt=0)
    tried.update(tries=F("tries") - 1)


def job_drop(*, task_id: str) -> None:
    """Forget a job that has ended, well or badly."""
    OutboxJob.objects.filter(task_id=task_id).delete()


def jobs_recover(*, send: Send) -> int:
    """Queue again what an earlier process left unfinished; return how many jobs that were.

    Args:
        send: Publishes a message, given as `name`, `headers`, `body` and `queue`.
    """
    runs_recover()
    left = list(OutboxJob.objects.exclude(boot=BOOT))
    hopeless = [job for job in left if job.tries >= MAX_TRIES]
    for job in hopeless:
        log.error("the job %s (%s) never finished and is given up", job.name, job.task_id)
        run = Run.objects.filter(task_id=job.task_id).first()
        if run is not None:
            run_lose(run=run, why=Why.WORKERS_DIED)
        job.delete()
    again = [job for job in left if job.tries < MAX_TRIES]
    count = sum(_send_again(job, send) for job in again)
    if count:
        log.info("queued %d unfinished job(s) again", count)
    return count


def _send_again(job: OutboxJob, send: Send) -> bool:
    """Queue a job; one whose message cannot be read does not keep the others from it."""
    try:
        send({"name": job.name, **loads(job.payload)})
    except (DatabaseError, OSError):
        raise
    except Exception:  # the boundary between one message and the others
        log.exception("the job %s (%s) cannot be read and is given up", job.name, job.task_id)
        run = Run.objects.filter(task_id=job.task_id).first()
        if run is not None:
            run_lose(run=run, why=Why.UNREADABLE)
        job.delete()
        return False
    return True
