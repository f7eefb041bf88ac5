"""Samples of what goes on: one per process and topic, for as long as anybody listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from channels.db import database_sync_to_async
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.core.times import iso_time
from apps.core.topics import Topic

Listener = Callable[[dict[str, Any]], None]
log = logging.getLogger(__name__)


class Sampler:
    """Takes samples of one topic and hands them to everybody who listens in this process."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._take = import_string(topic.sample)
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_failing = False

    def join(self, listener: Listener) -> None:
        """Hand samples to a listener from now on."""
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, listener: Listener) -> None:
        """Hand it none any more; with the last one the sampling ends."""
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while self._listeners:
            message = await self._sample()
            for listener in list(self._listeners):
                listener(message)
            await asyncio.sleep(self._topic.seconds)

    async def _sample(self) -> dict[str, Any]:
        told: dict[str, Any] = {"type": "sample", "topic": self._topic.name}
        try:
            data = await database_sync_to_async(self._take)()
        except Exception:  # the boundary around whatever an app samples
            if not self._is_failing:
                log.exception(
                    "no sample of %s; said once until one is taken again", self._topic.name
                )
            self._is_failing = True
            return {**told, "at": iso_time(timezone.now()), "data": None}
        self._is_failing = False
        return {**told, "at": iso_time(timezone.now()), "data": data}


_samplers: dict[str, Sampler] = {}


def sampler_of(topic: Topic) -> Sampler:
    """Return the sampler of a topic; each process has one."""
    if topic.name not in _samplers:
        _samplers[topic.name] = Sampler(topic)
    return _samplers[topic.name]


def forget_samplers() -> None:
    """Begin anew; for tests, whose event loops come and go."""
    _samplers.clear()
