import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from apps.files.errors import FileContentError, FileRefusedError
from apps.files.models import Node
from apps.files.services import pictures
from apps.files.services.bytes import bytes_open
from apps.files.services.pictures import avatar_set, thumbnail_of
from apps.files.tests.factories import folder, picture, stored

pytestmark = pytest.mark.django_db
BASE = "https://site.example/files/public/"


def _set(user: Any, name: str = "me.png", content: bytes | None = None) -> str:
    body = picture("PNG", (400, 300)) if content is None else content
    return avatar_set(
        user=user, name=name, stream=io.BytesIO(body), size_bytes=len(body), base=BASE
    )


def test_an_avatar_is_square_small_and_public(user: Any) -> None:
    address = _set(user)
    user.refresh_from_db()
    node = Node.objects.get()
    assert user.avatar == address == f"{BASE}{node.public_token}"
    with bytes_open(node.key or "") as opened, Image.open(opened) as made:
        assert (made.format, made.size) == ("WEBP", (256, 256))


def test_the_one_before_is_gone(user: Any, files_folder: Path) -> None:
    first, second = _set(user), _set(user)
    assert first != second
    assert Node.objects.count() == 1
    assert sum(1 for path in files_folder.rglob("*") if path.is_file()) == 1


def test_an_avatar_is_not_in_the_manager(user: Any) -> None:
    _set(user)
    assert not Node.objects.managed().exists()


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [("a.txt", b"x", FileRefusedError), ("a.png", b"x", FileContentError)],
)
def test_only_a_picture_is_an_avatar(
    user: Any, name: str, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        _set(user, name, content)
    assert not Node.objects.exists()


def test_a_row_that_cannot_be_written_leaves_no_bytes(
    user: Any, files_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_columns: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(pictures, "profile_update", fail)
    with pytest.raises(RuntimeError):
        _set(user)
    assert [path for path in files_folder.rglob("*") if path.is_file()] == []


def test_a_thumbnail_is_made_once(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    node = stored(user, "a.png", picture("PNG", (800, 600)))
    first = thumbnail_of(node)
    monkeypatch.setattr(pictures, "picture_small", lambda *_a, **_k: pytest.fail("made again"))
    assert thumbnail_of(node) == first
    with Image.open(io.BytesIO(first)) as made:
        assert made.size == (320, 240)


def test_what_is_no_picture_has_no_thumbnail(user: Any) -> None:
    for node in (stored(user), folder(user)):
        with pytest.raises(FileContentError):
            thumbnail_of(node)
