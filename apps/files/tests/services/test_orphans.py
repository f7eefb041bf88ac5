import io
import os
import time
from pathlib import Path
from typing import Any

import pytest

from apps.files.services.bytes import bytes_put, bytes_write, part_key, storage, thumbnail_key
from apps.files.services.orphans import missing_report, orphans_remove
from apps.files.services.pictures import thumbnail_of
from apps.files.services.uploads import part_put, upload_open
from apps.files.tests.factories import picture, stored

pytestmark = pytest.mark.django_db


def _age(files_folder: Path) -> None:
    long_ago = time.time() - 3 * 3600
    for path in files_folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))


def test_what_has_no_row_goes_when_it_is_old(user: Any, files_folder: Path) -> None:
    kept = stored(user, "a.png", picture())
    thumbnail_of(kept)
    upload = upload_open(owner=user, name="b.txt", size_bytes=1)
    part_put(upload=upload, number=1, content=b"x")
    bytes_write("2020/01/loose.txt", io.BytesIO(b"x"))
    bytes_put(thumbnail_key("2020/01/loose.txt"), b"x")
    bytes_put(part_key("0" * 8, 1), b"x")
    assert orphans_remove() == 0  # all of it is young
    _age(files_folder)
    assert orphans_remove() == 3
    store = storage()
    assert store.exists(kept.key or "")
    assert store.exists(thumbnail_key(kept.key or ""))
    assert store.exists(part_key(str(upload.uuid), 1))
    assert not store.exists("2020/01/loose.txt")


def test_rows_without_bytes_are_reported(user: Any) -> None:
    node, other = stored(user, "a.txt"), stored(user, "b.txt")
    storage().delete(node.key or "")
    assert missing_report() == [node.pk]
    assert other.pk not in missing_report()


def test_nothing_stored_is_nothing_to_do() -> None:
    assert orphans_remove() == 0
