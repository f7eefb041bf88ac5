"""Bytes without a row, and rows without bytes: what a crash between the two leaves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import Storage
from django.utils import timezone

from apps.files.models import Node, Upload
from apps.files.services.bytes import PARTS, THUMBNAILS, bytes_remove, storage

log = logging.getLogger(__name__)
YOUNG_HOURS = 2
"""What is younger may belong to an upload that is not written yet."""

BATCH = 500


def orphans_remove() -> int:
    """Remove what has no row and is not young; return how many that were."""
    store, old, removed = storage(), timezone.now() - timedelta(hours=YOUNG_HOURS), 0
    batch: list[str] = []
    for name in _names(store, ""):
        batch.append(name)
        if len(batch) >= BATCH:
            removed += _remove_unknown(store, batch, old)
            batch = []
    return removed + _remove_unknown(store, batch, old)


def missing_report() -> list[int]:
    """Return the keys of the rows whose bytes are gone, and say so in the log."""
    store = storage()
    rows = Node.objects.filter(key__isnull=False).values_list("pk", "key")
    gone = [pk for pk, key in rows.iterator() if not store.exists(key or "")]
    for pk in gone:
        log.error("the bytes of file %s are gone from the storage", pk)
    return gone


def _names(store: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _names(store, f"{folder}{name}/")


def _remove_unknown(store: Storage, names: list[str], old: datetime) -> int:
    wanted = {name: _owner_of(name) for name in names}
    keys = set(Node.objects.filter(key__in=set(wanted.values())).values_list("key", flat=True))
    uploads = {str(found) for found in Upload.objects.values_list("uuid", flat=True)}
    loose = [
        name
        for name, owner in wanted.items()
        if owner not in keys and owner not in uploads and store.get_modified_time(name) < old
    ]
    bytes_remove(loose)
    return len(loose)


def _owner_of(name: str) -> str:
    """Return the key, or the upload, that a name in the storage belongs to."""
    if name.startswith(f"{THUMBNAILS}/"):
        return name.removeprefix(f"{THUMBNAILS}/").removesuffix(".webp")
    if name.startswith(f"{PARTS}/"):
        return name.split("/")[1]
    return name
