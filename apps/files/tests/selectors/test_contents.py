import io
from typing import Any

import pytest
from PIL import Image

from apps.files.choices import Kind
from apps.files.errors import (
    FileContentError,
    FileEmptyError,
    FileRefusedError,
    FileTooLargeError,
    PictureTooLargeError,
)
from apps.files.selectors import contents
from apps.files.selectors.contents import allowed_extensions, content_of, kind_of, picture_small
from apps.files.tests.factories import picture

GOOD = {
    "a.txt": "Grüße 文件".encode(),
    "a.csv": b"a;b\n1;2\n",
    "a.md": b"# Title",
    "a.json": b"{}",
    "a.pdf": b"%PDF-1.7 ...",
    "a.zip": b"PK\x03\x04....",
    "a.docx": b"PK\x03\x04....",
    "a.mp4": b"\0\0\0\x18ftypmp42",
    "a.mov": b"\0\0\0\x18ftypqt  ",
    "a.avi": b"RIFF....AVI LIST",
    "a.flv": b"FLV\x01....",
    "a.webm": b"\x1a\x45\xdf\xa3....",
}
DISGUISED = ["a.png", "a.jpg", "a.gif", "a.webp", *(n for n in GOOD if n not in {"a.md", "a.json"})]


def _look(name: str, content: bytes) -> contents.Content:
    return content_of(name, io.BytesIO(content), len(content))


@pytest.mark.parametrize(("name", "content"), GOOD.items())
def test_a_file_that_is_what_it_says_is_taken(name: str, content: bytes) -> None:
    found = _look(name, content)
    assert found.extension == name[2:]
    assert found.kind == (Kind.VIDEO if found.content_type.startswith("video/") else Kind.OTHER)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.PNG", "PNG"), ("a.jpeg", "JPEG"), ("a.gif", "GIF"), ("a.webp", "WEBP")]
)
def test_a_picture_is_taken(name: str, kind: str) -> None:
    assert _look(name, picture(kind)).content_type == f"image/{kind.lower()}"


@pytest.mark.parametrize("name", DISGUISED)
def test_a_program_under_another_name_is_refused(name: str) -> None:
    with pytest.raises(FileContentError):
        _look(name, b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0")


def test_a_picture_of_another_kind_is_refused() -> None:
    with pytest.raises(FileContentError):
        _look("a.png", picture("JPEG"))


def test_a_picture_that_is_cut_is_refused() -> None:
    with pytest.raises(FileContentError):
        _look("a.png", picture("PNG", (400, 300))[:60])


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.php", "a", "a.gz"])
def test_other_endings_are_refused_with_those_that_are_taken(name: str) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        kind_of(name, 5)
    assert "png" in str(refusal.value)
    assert "gz" not in allowed_extensions()


def test_the_setting_says_which_documents_are_taken(atrium: Any) -> None:
    atrium(document_types=("gz", "exe"))
    assert kind_of("a.gz", 5).content_type == "application/gzip"
    with pytest.raises(FileRefusedError):
        kind_of("a.exe", 5)
    with pytest.raises(FileRefusedError):
        kind_of("a.pdf", 5)


@pytest.mark.parametrize(
    ("name", "limit"),
    [("a.png", "image_bytes"), ("a.mp4", "video_bytes"), ("a.pdf", "document_bytes")],
)
def test_each_kind_has_its_bound(atrium: Any, name: str, limit: str) -> None:
    atrium(**{limit: 10})
    assert kind_of(name, 10).extension == name[2:]
    with pytest.raises(FileTooLargeError):
        kind_of(name, 11)


def test_nothing_is_no_file() -> None:
    with pytest.raises(FileEmptyError):
        kind_of("a.png", 0)


def test_a_picture_with_too_many_points_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MAX_PIXELS", 40 * 30 - 1)
    with pytest.raises(PictureTooLargeError):
        _look("a.png", picture())


def test_a_picture_that_says_it_is_endless_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(PictureTooLargeError):
        _look("a.png", picture())


def test_a_character_cut_by_the_end_of_the_look_is_text_still() -> None:
    assert contents._is_text("ab文".encode()[:-1])
    assert not contents._is_text(b"\xffab cdef")


def test_a_small_picture_keeps_its_shape_or_is_square() -> None:
    for is_square, size in ((False, (64, 48)), (True, (64, 64))):
        made = picture_small(io.BytesIO(picture("PNG", (400, 300))), 64, is_square=is_square)
        with Image.open(io.BytesIO(made)) as opened:
            assert (opened.format, opened.size) == ("WEBP", size)


def test_a_small_picture_has_nothing_but_points() -> None:
    with_place = Image.Exif()
    with_place[0x8825] = {1: "N"}
    made = io.BytesIO()
    Image.new("RGB", (40, 30)).save(made, "JPEG", exif=with_place)
    with Image.open(io.BytesIO(picture_small(made, 20, is_square=True))) as opened:
        assert not opened.getexif()


def test_what_is_no_picture_cannot_be_made_small() -> None:
    with pytest.raises(FileContentError):
        picture_small(io.BytesIO(b"none"), 20, is_square=True)
