"""What a file really is: its kind by the ending, its content by a look at the bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO

from django.conf import settings
from PIL import Image

from apps.files.choices import Kind
from apps.files.constants import CHUNK, MAX_PIXELS
from apps.files.errors import (
    FileContentError,
    FileEmptyError,
    FileRefusedError,
    FileTooLargeError,
    PictureTooLargeError,
)
from apps.files.validators import extension_of

MEGABYTE = 1024 * 1024
PICTURES: Mapping[str, str] = MappingProxyType(
    {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
)
"""The format that Pillow must find, by ending. SVG is not among them: it can hold scripts."""

SAFE_PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What a browser may show on our pages."""


@dataclass(frozen=True)
class Content:
    """What was found.

    Attributes:
        content_type: The media type that we send it with, whatever the client called it.
    """

    kind: Kind
    content_type: str
    extension: str


def _is_ftyp(head: bytes) -> bool:
    return head[4:8] == b"ftyp"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3  # a character that is cut by the end of the look
    return True


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


ZIP = _starts(b"PK\x03\x04", b"PK\x05\x06")
OFFICE = "application/vnd.openxmlformats-officedocument."
VIDEOS: Mapping[str, tuple[str, Callable[[bytes], bool]]] = MappingProxyType(
    {
        "mp4": ("video/mp4", _is_ftyp),
        "mov": ("video/quicktime", lambda head: _is_ftyp(head) or head[4:8] == b"moov"),
        "avi": ("video/x-msvideo", lambda head: head[:4] == b"RIFF" and head[8:12] == b"AVI "),
        "flv": ("video/x-flv", _starts(b"FLV\x01")),
        "webm": ("video/webm", _starts(b"\x1a\x45\xdf\xa3")),
    }
)
DOCUMENTS: Mapping[str, tuple[str, Callable[[bytes], bool]]] = MappingProxyType(
    {
        "pdf": ("application/pdf", _starts(b"%PDF-")),
        "txt": ("text/plain; charset=utf-8", _is_text),
        "csv": ("text/csv; charset=utf-8", _is_text),
        "md": ("text/markdown; charset=utf-8", _is_text),
        "json": ("application/json", _is_text),
        "docx": (f"{OFFICE}wordprocessingml.document", ZIP),
        "xlsx": (f"{OFFICE}spreadsheetml.sheet", ZIP),
        "pptx": (f"{OFFICE}presentationml.presentation", ZIP),
        "zip": ("application/zip", ZIP),
        "gz": ("application/gzip", _starts(b"\x1f\x8b")),
        "mp3": (
            "audio/mpeg",
            _starts(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
        ),
    }
)
"""Every document that can be told by its bytes; which of them are taken is a setting."""


def kind_of(name: str, size_bytes: int) -> Content:
    """Return what a file of this name must be, before its bytes are seen.

    Raises:
        FileRefusedError: No such files are taken.
        FileTooLargeError: It is larger than its kind may be.
        FileEmptyError: It has no bytes.
    """
    extension = extension_of(name)
    atrium = settings.ATRIUM
    if extension in PICTURES:
        found = Content(Kind.IMAGE, f"image/{PICTURES[extension].lower()}", extension)
        limit = atrium.image_bytes
    elif extension in VIDEOS:
        found, limit = Content(Kind.VIDEO, VIDEOS[extension][0], extension), atrium.video_bytes
    elif extension in DOCUMENTS and extension in atrium.document_types:
        found = Content(Kind.OTHER, DOCUMENTS[extension][0], extension)
        limit = atrium.document_bytes
    else:
        raise FileRefusedError(extension=extension, allowed=", ".join(allowed_extensions()))
    if size_bytes <= 0:
        raise FileEmptyError
    if size_bytes > limit:
        raise FileTooLargeError(megabytes=f"{limit / MEGABYTE:g}")
    return found


def allowed_extensions() -> list[str]:
    """Return the endings that are taken, sorted."""
    documents = set(settings.ATRIUM.document_types) & set(DOCUMENTS)
    return sorted({*PICTURES, *VIDEOS, *documents})


def content_of(name: str, stream: IO[bytes], size_bytes: int) -> Content:
    """Return what a file is, after a look at its bytes; the stream is left at its beginning.

    Raises:
        FileRefusedError, FileTooLargeError, FileEmptyError: As `kind_of`.
        FileContentError: The bytes are not what the ending says.
        PictureTooLargeError: The picture has too many points.
    """
    found = kind_of(name, size_bytes)
    stream.seek(0)
    if found.kind is Kind.IMAGE:
        _verify_picture(stream, found)
    else:
        head = stream.read(CHUNK)
        look = (VIDEOS if found.kind is Kind.VIDEO else DOCUMENTS)[found.extension][1]
        if not look(head):
            raise FileContentError(extension=found.extension)
    stream.seek(0)
    return found


def _verify_picture(stream: IO[bytes], found: Content) -> None:
    try:
        with warnings.catch_warnings():
            # We have a bound of our own, which is refused before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(stream, formats=[PICTURES[found.extension]])
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError from error
    except (OSError, ValueError, SyntaxError) as error:
        raise FileContentError(extension=found.extension) from error
    with picture:
        frames = getattr(picture, "n_frames", 1) if found.extension in {"gif", "webp"} else 1
        if picture.width * picture.height * frames > MAX_PIXELS:
            raise PictureTooLargeError
        try:
            picture.verify()
        except (OSError, ValueError, SyntaxError) as error:
            raise FileContentError(extension=found.extension) from error


def picture_small(stream: IO[bytes], pixels: int, *, is_square: bool) -> bytes:
    """Return a picture made small, as WebP without anything but its points.

    Args:
        pixels: Longest side.
        is_square: Whether to cut it to its middle first.

    Raises:
        FileContentError: It cannot be opened after all.
    """
    try:
        with Image.open(stream, formats=sorted(set(PICTURES.values()))) as opened:
            opened.draft("RGB", (pixels * 2, pixels * 2))
            picture = _upright(opened).convert("RGBA" if "A" in opened.getbands() else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FileContentError(extension="") from error
    if is_square:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
    picture.thumbnail((pixels, pixels))
    made = io.BytesIO()
    picture.save(made, "WEBP", quality=82)
    return made.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture as the camera meant it to be seen."""
    from PIL import ImageOps  # noqa: PLC0415 - only pictures that are made small need it

    turned: Image.Image = ImageOps.exif_transpose(picture)
    return turned
