"""Which snowflake node this process is: no two that run at once have the same."""

import fcntl
import os
import threading
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from apps.core.snowflake import MAX_NODES

LEASE_SECONDS = 60
RENEW_SECONDS = 20
_locks: list[IO[str]] = []


def lease_node() -> int:
    """Return a node, 0 to 1023: the one that is set, else one nobody else holds.

    With Redis the node is leased there and renewed for as long as the process lives; without,
    all processes are on this machine, and a locked file in the data folder is the lease.

    Raises:
        ImproperlyConfigured: Every node is taken.
    """
    if settings.ATRIUM.node_id >= 0:
        return int(settings.ATRIUM.node_id)
    return _lease_in_cache() if settings.ATRIUM.redis_url else _lease_on_disk(settings.DATA_DIR)


def _lease_on_disk(data_dir: Path) -> int:
    folder = data_dir / "nodes"
    folder.mkdir(parents=True, exist_ok=True)
    for node in range(MAX_NODES):
        file = (folder / str(node)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            continue
        _locks.append(file)  # open, and so locked, until the process ends
        return node
    msg = f"all {MAX_NODES} snowflake nodes are taken on this machine"
    raise ImproperlyConfigured(msg)


def _lease_in_cache() -> int:
    owner = f"{os.getpid()}:{uuid.uuid4().hex}"
    for node in range(MAX_NODES):
        if cache.add(f"node:{node}", owner, LEASE_SECONDS):
            renewal = threading.Timer(RENEW_SECONDS, _renew, (node, owner))
            renewal.daemon = True
            renewal.start()
            return node
    msg = f"all {MAX_NODES} snowflake nodes are taken"
    raise ImproperlyConfigured(msg)


def _renew(node: int, owner: str) -> None:
    holder = cache.get(f"node:{node}")
    if holder in {owner, None}:  # None: the cache was emptied; take our node back
        cache.set(f"node:{node}", owner, LEASE_SECONDS)
    renewal = threading.Timer(RENEW_SECONDS, _renew, (node, owner))
    renewal.daemon = True
    renewal.start()
