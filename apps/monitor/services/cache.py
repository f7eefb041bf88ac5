"""Empty the cache, in part: always the platform's own keys, never those of others beside them."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django_redis import get_redis_connection

from apps.core.cached import two_level
from apps.core.outages import CACHE_UNREACHABLE
from apps.monitor.errors import CacheGoneError, KeyUnknownError, SpaceKeptError, SpaceUnknownError
from apps.monitor.selectors.cache import KEPT, NAME, STEP, all_keys, may_be_seen, space_of


def key_delete(*, space: str, key: str) -> None:
    """Delete one key; other processes may still use their copy for a second.

    Raises:
        KeyUnknownError: The space has no such key.
        SpaceKeptError: The space must stay as it is.
        CacheGoneError: Redis does not answer.
    """
    if space in KEPT:
        raise SpaceKeptError
    if not may_be_seen(space, key):
        raise KeyUnknownError
    try:
        was_there = cache.delete(key)
    except CACHE_UNREACHABLE as error:
        raise CacheGoneError from error
    two_level.drop(None)
    if not was_there:
        raise KeyUnknownError


def space_clear(*, space: str) -> int:
    """Delete every key of a name space and return how many there were.

    Raises:
        SpaceUnknownError: It has no key.
        SpaceKeptError: The space must stay as it is.
        CacheGoneError: Redis does not answer.
    """
    if space in KEPT:
        raise SpaceKeptError
    if not NAME.fullmatch(space):
        raise SpaceUnknownError
    names = [key for key in all_keys() if space_of(key) == space]
    try:
        for start in range(0, len(names), STEP):
            _delete(names[start : start + STEP])
    except CACHE_UNREACHABLE as error:
        raise CacheGoneError from error
    two_level.drop(None)
    if not names:
        raise SpaceUnknownError
    return len(names)


def _delete(keys: list[str]) -> None:
    if settings.ATRIUM.redis_url:
        # In the background of the server, and in one command however many they are.
        get_redis_connection("default").unlink(*map(cache.make_key, keys))
    else:
        cache.delete_many(keys)
