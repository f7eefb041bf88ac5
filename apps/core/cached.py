"""Two levels of cache: this process in front of the shared one, with tags that end entries.

An entry is stored with the tokens of its tags and is valid for as long as every tag still has
that token. `invalidate(tag)` gives the tag a new token once the transaction has committed, so a
reader that computed from old rows cannot bring them back. The entry and its tokens are read in one
round trip; what was seen within the last second is not asked for again. Other processes drop their
copies by a broadcast; one that misses it is late by that second at the most.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.dispatch import Signal
from django_redis import get_redis_connection

from apps.core.outages import CACHE_UNREACHABLE

P = ParamSpec("P")
T = TypeVar("T")

PRINCIPALS = "principals"
"""The tag of everything that depends on roles, menus, departments: who may do what."""


USER = "user:"
"""Starts the tags of single users."""

tags_ended = Signal()
"""Entries ended, after the commit: `tags`. For whoever tells people that something changed."""


def user_tag(user_id: int) -> str:
    """Return the tag of everything that depends on one user."""
    return f"{USER}{user_id}"


LOCAL_SECONDS = 1.0
SHARED_SECONDS = 7200
TOKEN_SECONDS = 7 * 86_400
MAX_LOCAL = 20_000
CHANNEL = "atrium:invalidate"
LISTEN_SECONDS = 5.0
log = logging.getLogger(__name__)


class TwoLevelCache:
    """The cache of one process, in front of Django's default cache.

    What it returns is shared by all who ask in this process: read it, do not change it.
    """

    def __init__(self) -> None:
        self.observe: Callable[[str], object] = lambda _level: None
        """Called with where each `get` ended: in this process, in the shared cache, or made."""
        self.start_over()

    def start_over(self) -> None:
        """Begin with nothing; a process that was forked has no listener and shares no lock."""
        self._mutex = threading.Lock()
        self._local: dict[str, tuple[float, Any, tuple[str, ...]]] = {}
        self._generation = 0
        self._owed: set[str] = set()
        self._listener: threading.Thread | None = None

    def peek(self, key: str) -> Any | None:
        """Return what this process saw within the last second, else None."""
        kept = self._local.get(key)
        return kept[1] if kept and kept[0] > time.monotonic() else None

    def get(
        self,
        key: str,
        make: Callable[[], T],
        *,
        tags: Sequence[str],
        seconds: int = SHARED_SECONDS,
    ) -> T:
        """Return the cached value, made by `make` where there is none.

        None is never kept. With the shared cache out of reach the value is made each time, so
        that the platform slows down but goes on.

        Args:
            key: Unique in the platform: `dict:sys_status`.
            make: Returns a JSON-serialisable value.
            tags: What ends the entry; see `invalidate`.
            seconds: Longest life in the shared cache.
        """
        seen: T | None = self.peek(key)
        if seen is not None:
            self.observe("process")
            return seen
        self._listen()

        def make_missing(old: T | None) -> T:
            return make() if old is None else old

        return self.revise(key, make_missing, tags=tags, seconds=seconds)

    def revise(
        self,
        key: str,
        change: Callable[[T | None], T],
        *,
        tags: Sequence[str],
        seconds: int = SHARED_SECONDS,
    ) -> T:
        """Return what `change` makes of the shared value, and keep it if that is another one.

        Args:
            key: As for `get`.
            change: Gets the value, None where there is none or it has ended; leaves it as it is.
            tags: What ends the entry. They are read before `change` runs.
            seconds: Longest life in the shared cache.
        """
        generation = self._generation
        names = [f"tag:{tag}" for tag in tags]
        try:
            value = self._shared(key, names, change, seconds)
        except CACHE_UNREACHABLE:
            log.warning("the cache is out of reach; %s is read from the database", key)
            return change(None)
        if value is not None:
            self._keep(key, value, tuple(tags), generation)
        return value

    def drop(self, tag: str | None) -> None:
        """Forget this process' copies of what carries `tag`, or of everything."""
        with self._mutex:
            self._generation += 1
            if tag is None:
                self._local.clear()
                return
            for key in [key for key, kept in self._local.items() if tag in kept[2]]:
                del self._local[key]

    def end(self, tags: Iterable[str]) -> None:
        """End what carries one of the tags: here at once, elsewhere as soon as it can be said.

        While the shared cache is out of reach its old entries cannot be ended; they are as soon as
        it is back, before anything is read from it.
        """
        with self._mutex:
            self._owed.update(tags)
        try:
            self._pay()
        except CACHE_UNREACHABLE:
            log.exception("the cache is out of reach; other processes may be late to see a change")
        finally:
            for tag in tags:
                self.drop(tag)

    def _pay(self) -> None:
        with self._mutex:
            owed = tuple(self._owed)
        cache.set_many({f"tag:{tag}": uuid.uuid4().hex for tag in owed}, TOKEN_SECONDS)
        if settings.ATRIUM.redis_url:
            client = get_redis_connection("default")
            for tag in owed:
                client.publish(CHANNEL, tag)
        with self._mutex:
            self._owed.difference_update(owed)

    def _shared(
        self, key: str, names: list[str], change: Callable[[T | None], T], seconds: int
    ) -> T:
        if self._owed:
            self._pay()
        found = cache.get_many([key, *names])
        missing = [name for name in names if name not in found]
        for name in missing:  # first use, or the shared cache dropped it
            cache.add(name, uuid.uuid4().hex, TOKEN_SECONDS)
        if missing:
            found |= cache.get_many(missing)
        tokens = [found.get(name) for name in names]
        entry = found.get(key)
        kept: T | None = entry["value"] if entry and entry["tokens"] == tokens else None
        self.observe("made" if kept is None else "shared")
        value = change(kept)
        if value is not None and value is not kept:
            cache.set(key, {"tokens": tokens, "value": value}, seconds)
        return value

    def _keep(self, key: str, value: Any, tags: tuple[str, ...], generation: int) -> None:
        with self._mutex:
            if generation != self._generation:  # something ended while we were reading
                return
            if len(self._local) >= MAX_LOCAL:
                self._local.clear()
            self._local[key] = (time.monotonic() + LOCAL_SECONDS, value, tags)

    def _listen(self) -> None:
        if self._listener is not None or not settings.ATRIUM.redis_url:
            return
        with self._mutex:
            if self._listener is None:
                self._listener = threading.Thread(
                    target=self._follow, name="cache-invalidation", daemon=True
                )
                self._listener.start()

    def _follow(self) -> None:
        """Drop what other processes say has ended; start over whenever the connection breaks."""
        while True:
            try:
                client = redis.Redis.from_url(
                    settings.ATRIUM.redis_url, health_check_interval=int(LISTEN_SECONDS)
                )
                with client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call] # redis types its answers, not this
                    channel.subscribe(CHANNEL)
                    self.drop(None)  # whatever was said while nobody listened
                    self._hear(channel)
            except CACHE_UNREACHABLE:
                time.sleep(LOCAL_SECONDS)

    def _hear(self, channel: redis.client.PubSub) -> None:
        while True:
            # Not listen(): that one waits for ever on a connection that died without a word.
            message = channel.get_message(timeout=LISTEN_SECONDS)
            if message is not None:
                self.drop(message["data"].decode())


two_level = TwoLevelCache()
os.register_at_fork(after_in_child=two_level.start_over)


def invalidate(*tags: str) -> None:
    """End every entry that carries one of the tags, once the current transaction has committed."""

    def end() -> None:
        two_level.end(tags)
        tags_ended.send_robust(sender=None, tags=tags)

    transaction.on_commit(end)


def cached(
    prefix: str, *, tags: Sequence[str], seconds: int = SHARED_SECONDS
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Cache a function's answers in both levels, one for each set of arguments.

    Args:
        prefix: Starts the key: `dict`.
        tags: What ends the answers; see `invalidate`.
        seconds: Longest life in the shared cache.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            parts = [*map(str, args), *(f"{k}={v}" for k, v in sorted(kwargs.items()))]
            key = ":".join([prefix, *parts])
            return two_level.get(key, lambda: function(*args, **kwargs), tags=tags, seconds=seconds)

        return answer

    return decorate
