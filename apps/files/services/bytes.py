"""Bytes in the storage: written under names of ours, read back, removed after the commit."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone

from apps.files.constants import CHUNK, STORAGE
from apps.files.errors import StorageGoneError

log = logging.getLogger(__name__)
THUMBNAILS = "thumbnails"
PARTS = "parts"


def storage() -> Storage:
    """Return the storage of the files."""
    return storages[STORAGE]


def key_make(extension: str) -> str:
    """Return a new key: nothing of the client's is in it but the ending, which we know."""
    return f"{timezone.now():%Y/%m}/{secrets.token_hex(20)}.{extension}"


def bytes_write(key: str, stream: IO[bytes]) -> None:
    """Write a stream under a key that was never used.

    Raises:
        StorageGoneError: The storage does not take it; nothing of it is left.
    """
    stream.seek(0)
    try:
        written = storage().save(key, File(stream))
    except Exception as error:
        log.exception("the storage did not take %s", key)
        bytes_remove([key])
        raise StorageGoneError from error
    if written != key:  # somebody lies there already, which chance does not do
        bytes_remove([written])
        raise StorageGoneError


def bytes_open(key: str) -> File[bytes]:
    """Return the bytes under a key.

    Raises:
        StorageGoneError: They cannot be read.
    """
    try:
        opened: File[bytes] = storage().open(key, "rb")
    except Exception as error:
        log.exception("the storage did not give %s", key)
        raise StorageGoneError from error
    return opened


def bytes_put(key: str, content: bytes) -> None:
    """Write a small thing that can be made again; what was there before is replaced."""
    store = storage()
    if store.exists(key):
        store.delete(key)
    store.save(key, ContentFile(content))


def bytes_remove(keys: Iterable[str]) -> None:
    """Remove keys, and what was made of them; what cannot be removed is left to the clean-up."""
    for key in keys:
        for name in (key, thumbnail_key(key)):
            try:
                storage().delete(name)
            except Exception:
                log.exception("the storage did not remove %s", name)


def bytes_remove_after(keys: Iterable[str]) -> None:
    """Remove keys once the transaction has committed, so that a row that stays keeps its bytes."""
    transaction.on_commit(partial(bytes_remove, list(keys)), robust=True)


def thumbnail_key(key: str) -> str:
    """Return where the small picture of a file lies."""
    return f"{THUMBNAILS}/{key}.webp"


def part_key(upload_uuid: str, number: int) -> str:
    """Return where a part of an upload lies."""
    return f"{PARTS}/{upload_uuid}/{number:05}"


def checksum_of(stream: IO[bytes]) -> str:
    """Return the SHA-256 of a stream in hexadecimal; the stream is left at its beginning."""
    found = hashlib.sha256()
    stream.seek(0)
    for chunk in chunks(stream):
        found.update(chunk)
    stream.seek(0)
    return found.hexdigest()


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream in pieces."""
    while chunk := stream.read(CHUNK):
        yield chunk
