"""Which snowflake node this process is: no two that run at once have the same."""

import fcntl
import logging
import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from apps.core.outages import CACHE_UNREACHABLE
from apps.core.snowflake import MAX_NODES

LEASE_SECONDS = 60
RENEW_SECONDS = 20
log = logging.getLogger(__name__)


def lease_node(on_loss: Callable[[], None]) -> int:
    """Return a node, 0 to 1023: the one that is set, else one nobody else holds.

    With Redis the node is leased there and renewed for as long as the process lives; without,
    all processes are on this machine, and a locked file in the data folder is the lease.

    Args:
        on_loss: Called when the lease ran out and somebody else has the node now, as after a
            machine was asleep.

    Raises:
        ImproperlyConfigured: Every node is taken, or the one that is set is none.
    """
    fixed = int(settings.ATRIUM.node_id)
    if fixed >= MAX_NODES:
        text = f"ATRIUM_NODE_ID={fixed} is not below {MAX_NODES}"
        raise ImproperlyConfigured(text)
    if fixed >= 0:
        return fixed
    if settings.ATRIUM.redis_url:
        return _lease_in_cache(on_loss)
    return _lease_on_disk(settings.DATA_DIR)


def _lease_on_disk(data_dir: Path) -> int:
    folder = data_dir / "nodes"
    folder.mkdir(parents=True, exist_ok=True)
    for node in range(MAX_NODES):
        file = os.open(folder / str(node), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            continue
        return node  # the file stays open, and so locked, until the process ends
    msg = f"all {MAX_NODES} snowflake nodes are taken on this machine"
    raise ImproperlyConfigured(msg)


def _lease_in_cache(on_loss: Callable[[], None]) -> int:
    owner = f"{os.getpid()}:{uuid.uuid4().hex}"
    for node in range(MAX_NODES):
        if cache.add(_key(node), owner, LEASE_SECONDS):
            _renew_later(node, owner, on_loss)
            return node
    msg = f"all {MAX_NODES} snowflake nodes are taken"
    raise ImproperlyConfigured(msg)


def _renew_later(node: int, owner: str, on_loss: Callable[[], None]) -> None:
    renewal = threading.Timer(RENEW_SECONDS, _renew, (node, owner, on_loss))
    renewal.daemon = True
    renewal.start()


def _renew(node: int, owner: str, on_loss: Callable[[], None]) -> None:
    try:
        is_ours = _hold(node, owner)
    except CACHE_UNREACHABLE:
        # Nobody else can lease it either, and a platform that stops making rows helps nobody.
        log.warning("the cache is out of reach; snowflake node %s is kept", node)
        is_ours = True
    if is_ours:
        _renew_later(node, owner, on_loss)
    else:
        log.error("snowflake node %s was lost to another process; taking a new one", node)
        on_loss()


def _hold(node: int, owner: str) -> bool:
    """Renew the lease and tell whether it is still ours; one that ran out is taken again."""
    if cache.get(_key(node)) == owner and cache.touch(_key(node), LEASE_SECONDS):
        return True
    return bool(cache.add(_key(node), owner, LEASE_SECONDS))


def _key(node: int) -> str:
    return f"node:{node}"
