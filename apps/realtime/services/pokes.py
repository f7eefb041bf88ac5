"""Let connected clients look again at what they may do, a moment after something changed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor

from apps.core.cached import PRINCIPALS, USER
from apps.core.live import broadcast_now
from apps.core.outages import CACHE_UNREACHABLE
from apps.core.writebehind import WriteBehind
from apps.realtime.constants import ACCESS_CHANGED, EVERYONE, MAX_POKES, POKE_SECONDS

log = logging.getLogger(__name__)
UNTOLD = "clients are not told that permissions changed; they look within seconds"


def clients_poke(*, tags: Iterable[str]) -> None:
    """Poke the clients whose snapshots carry one of the tags, within a moment.

    What is said within that moment is said once. The clients of very many users are not poked one
    by one: all look then, and most find that nothing changed for them.
    """
    for tag in tags:
        if tag == PRINCIPALS:
            _waiting.put(EVERYONE, None)
        elif tag.startswith(USER):
            _waiting.put(f"user.{tag.removeprefix(USER)}", None)


def _poke(groups: Collection[str]) -> None:
    is_for_all = EVERYONE in groups or len(groups) > MAX_POKES
    try:
        # An interpreter that ends starts no threads. `async_to_sync` would find that out too late:
        # its coroutines, which nobody awaits then, complain at the end of every short command.
        with ThreadPoolExecutor(1) as threads:
            telling = threads.submit(_tell, [EVERYONE] if is_for_all else groups)
    except RuntimeError:
        log.warning(UNTOLD)
    else:
        telling.result()


def _tell(groups: Collection[str]) -> None:
    try:
        for group in groups:
            broadcast_now(group, ACCESS_CHANGED)
    except CACHE_UNREACHABLE:
        log.warning(UNTOLD)


_waiting: WriteBehind[str, None] = WriteBehind(_poke, seconds=POKE_SECONDS)
