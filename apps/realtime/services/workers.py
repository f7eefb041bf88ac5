"""Which workers answer: asked once for all who want to know."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from apps.realtime.constants import PING_KEEP_SECONDS, PING_LATE_SECONDS, PING_SECONDS

Answers = list[dict[str, dict[str, str]]]
log = logging.getLogger(__name__)


def workers_ping() -> Answers:
    """Return what each worker answers, `{"celery@host": {"ok": "pong"}}`; none without a broker."""
    wait = int(PING_LATE_SECONDS)
    with current_app.connection_for_write(connect_timeout=wait) as broker:
        unreachable = (*broker.connection_errors, *broker.channel_errors)
        try:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=wait)
            # In one process there is one worker: nobody waits for others.
            limit = 1 if settings.EMBEDDED else None
            found = current_app.control.ping(timeout=PING_SECONDS, connection=broker, limit=limit)
        except (OSError, OperationalError):
            return _nobody()
        except unreachable:
            return _nobody()
    return list(found or [])


def _nobody() -> Answers:
    log.warning("workers cannot be asked: the broker is out of reach")
    return []


class Workers:
    """Asks in a thread, at most once at a time, and keeps the answer for a moment."""

    def __init__(self, ping: Callable[[], Answers] = workers_ping) -> None:
        self._ping = ping
        self._call: asyncio.Future[Answers] | None = None
        self._asked_at = 0.0

    async def answers(self) -> Answers:
        """Return what workers answered within the last seconds; nothing where the broker hangs."""
        call = self._call
        if call is None or (call.done() and time.monotonic() - self._asked_at > PING_KEEP_SECONDS):
            call = self._call = asyncio.ensure_future(asyncio.to_thread(self._ping))
            call.add_done_callback(self._note)
        done, _late = await asyncio.wait({call}, timeout=PING_SECONDS + PING_LATE_SECONDS)
        return call.result() if done and call.exception() is None else []

    def _note(self, _call: asyncio.Future[Answers]) -> None:
        self._asked_at = time.monotonic()
