import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.core.errors import InvalidInputError, NotFoundError
from apps.files.errors import (
    ChecksumError,
    FileContentError,
    FileRefusedError,
    NameTakenError,
    PartsMissingError,
)
from apps.files.models import Node, Upload
from apps.files.services import uploads as services
from apps.files.services.bytes import bytes_open
from apps.files.services.uploads import (
    missing_parts,
    part_put,
    upload_abort,
    upload_complete,
    upload_open,
    uploads_expire,
)
from apps.files.tests.factories import stored

pytestmark = pytest.mark.django_db
BODY = b"0123456789abcdefghij_"


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PART_BYTES", 10)


def _open(user: Any, body: bytes = BODY, **more: Any) -> Upload:
    return upload_open(owner=user, name="a.txt", size_bytes=len(body), **more)


def _send(upload: Upload, body: bytes = BODY) -> None:
    for number in range(upload.parts_number, 0, -1):
        part_put(upload=upload, number=number, content=body[(number - 1) * 10 : number * 10])


def test_parts_in_any_order_make_the_file(user: Any, files_folder: Path) -> None:
    upload = _open(user, sha256=hashlib.sha256(BODY).hexdigest().upper())
    assert missing_parts(upload) == [1, 2, 3]
    _send(upload)
    _send(upload)  # again is harmless
    node = upload_complete(owner=user, upload=upload)
    with bytes_open(node.key or "") as opened:
        assert opened.read() == BODY
    assert not Upload.objects.exists()
    assert sum(1 for path in files_folder.rglob("*") if path.is_file()) == 1


def test_a_part_that_is_missing_is_named(user: Any) -> None:
    upload = _open(user)
    part_put(upload=upload, number=2, content=BODY[10:20])
    with pytest.raises(PartsMissingError) as refusal:
        upload_complete(owner=user, upload=upload)
    assert "1, 3" in str(refusal.value)
    assert missing_parts(upload) == [1, 3]


@pytest.mark.parametrize(
    ("number", "content", "sha256"),
    [(1, b"short", ""), (3, b"longer", ""), (1, BODY[:10], "0" * 64), (1, b"", "")],
)
def test_a_part_that_is_not_what_was_announced_is_refused(
    user: Any, number: int, content: bytes, sha256: str
) -> None:
    upload = _open(user)
    with pytest.raises(ChecksumError):
        part_put(upload=upload, number=number, content=content, sha256=sha256)
    assert missing_parts(upload) == [1, 2, 3]


@pytest.mark.parametrize("number", [0, 4])
def test_a_part_that_is_none_is_unknown(user: Any, number: int) -> None:
    with pytest.raises(NotFoundError):
        part_put(upload=_open(user), number=number, content=b"x")


def test_a_whole_that_is_not_what_was_announced_is_refused(user: Any) -> None:
    upload = _open(user, sha256="0" * 64)
    _send(upload)
    with pytest.raises(ChecksumError):
        upload_complete(owner=user, upload=upload)
    assert Upload.objects.exists()
    assert not Node.objects.exists()


def test_the_content_of_the_whole_is_looked_at(user: Any) -> None:
    upload = upload_open(owner=user, name="a.png", size_bytes=len(BODY))
    _send(upload)
    with pytest.raises(FileContentError):
        upload_complete(owner=user, upload=upload)


def test_what_would_be_refused_is_refused_before_it_is_sent(
    user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileRefusedError):
        upload_open(owner=user, name="a.exe", size_bytes=5)
    stored(user, "a.txt")
    with pytest.raises(NameTakenError):
        _open(user)
    monkeypatch.setattr(services, "MAX_PARTS", 2)
    with pytest.raises(InvalidInputError):
        upload_open(owner=user, name="b.txt", size_bytes=21)


def test_of_two_who_complete_one_gets_a_404(user: Any) -> None:
    upload = _open(user)
    _send(upload)
    again = Upload.objects.get(pk=upload.pk)
    upload_complete(owner=user, upload=upload)
    with pytest.raises(NotFoundError):
        upload_complete(owner=user, upload=again)
    assert Node.objects.count() == 1


def test_giving_up_removes_the_parts(user: Any, files_folder: Path) -> None:
    upload = _open(user)
    _send(upload)
    upload_abort(upload=upload)
    assert not Upload.objects.exists()
    assert [path for path in files_folder.rglob("*") if path.is_file()] == []


def test_what_is_not_completed_within_a_day_is_given_up(user: Any) -> None:
    old, young = _open(user), _open(user)
    Upload.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    assert uploads_expire() == 1
    assert list(Upload.objects.all()) == [young]
