"""Files for tests."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from apps.files.models import Node
from apps.files.services.nodes import file_store, folder_make


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture of a format that Pillow knows."""
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    return made.getvalue()


def stored(owner: Any, name: str = "a.txt", content: bytes = b"hello", **more: Any) -> Node:
    """Return a file that is stored."""
    return file_store(
        owner=owner, name=name, stream=io.BytesIO(content), size_bytes=len(content), **more
    )


def folder(owner: Any, name: str = "docs", inside: Node | None = None) -> Node:
    """Return a folder."""
    return folder_make(owner=owner, name=name, folder=inside)
