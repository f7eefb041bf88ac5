"""How files are sent: by us or by the proxy in front, one or several as an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO, cast

from django.conf import settings

from apps.files.errors import NoFileError
from apps.files.models import Node
from apps.files.selectors.contents import SAFE_PICTURES
from apps.files.services.bytes import bytes_open, chunks
from apps.files.services.downloads import Download
from apps.files.services.nodes import nodes_inside
from apps.files.services.pictures import thumbnail_of

DAY = 86_400


def download_of(node: Node, *, is_inline: bool = False, max_age: int = 0) -> Download:
    """Return what it takes to send a file.

    Args:
        is_inline: Whether a browser shall show it; it does so with pictures alone.
        max_age: Seconds for which a browser may keep it without asking.

    Raises:
        NoFileError: It is a folder.
    """
    if node.key is None:
        raise NoFileError
    accel = settings.ATRIUM.files_accel
    is_local = not settings.ATRIUM.s3_bucket
    return Download(
        name=node.name,
        content_type=node.content_type,
        size_bytes=node.size_bytes,
        etag=node.sha256,
        open=partial(_open, node.key),
        is_inline=is_inline and node.content_type in SAFE_PICTURES,
        accel=f"{accel.rstrip('/')}/{node.key}" if accel and is_local else "",
        max_age=max_age,
    )


def thumbnail_download(node: Node) -> Download:
    """Return what it takes to send the small picture of a picture.

    Raises:
        FileContentError: It is no picture.
        StorageGoneError: The bytes cannot be read.
    """
    content = thumbnail_of(node)
    return Download(
        name="thumbnail.webp",
        content_type="image/webp",
        size_bytes=len(content),
        etag=f"{node.sha256[:32]}-small",
        open=partial(io.BytesIO, content),
        is_inline=True,
    )


def _open(key: str) -> IO[bytes]:
    return cast(IO[bytes], bytes_open(key))


class _Pipe(io.RawIOBase):
    """Takes what is written and gives it away; the archive is never whole in memory."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(cast(bytes, data))
        self._kept += piece
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        piece = bytes(self._kept)
        self._kept.clear()
        return piece


def archive_of(nodes: Sequence[Node]) -> Iterator[bytes]:
    """Return the bytes of a ZIP archive of nodes and all that is in them, made as they are sent.

    Names are ours to check: none of them leads out of the archive.

    Raises:
        TooManyError: They hold more nodes than one call may take; raised now, before any byte.
    """
    inside = nodes_inside(nodes)
    return _archive(inside)


def _archive(inside: Sequence[Node]) -> Iterator[bytes]:
    paths: dict[int, str] = {}
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for node in inside:
            path = _path(node, paths)
            if node.key is None:
                archive.writestr(f"{path}/", b"")
            else:
                with (
                    bytes_open(node.key) as source,
                    archive.open(path, "w", force_zip64=True) as into,
                ):
                    for chunk in chunks(source):
                        into.write(chunk)
                        yield pipe.taken()
            yield pipe.taken()
    yield pipe.taken()


def _path(node: Node, paths: dict[int, str]) -> str:
    above = paths.get(node.parent_id or 0, "")
    wanted = f"{above}/{node.name}" if above else node.name
    taken = set(paths.values())
    path, number = wanted, 2
    while path in taken:  # two owners may have files of one name
        path, number = f"{wanted} ({number})", number + 1
    paths[node.pk] = path
    return path
