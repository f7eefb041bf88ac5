"""Pictures made small: of files for the manager, of people for everybody."""

from __future__ import annotations

import io
from typing import IO, Any

from django.db import transaction

from apps.accounts.services.users import profile_update
from apps.files.choices import Kind, Purpose
from apps.files.constants import AVATAR_PIXELS, THUMBNAIL_PIXELS
from apps.files.errors import FileContentError, FileRefusedError
from apps.files.models import Node
from apps.files.selectors.contents import PICTURES, content_of, picture_small
from apps.files.services.bytes import (
    bytes_open,
    bytes_put,
    bytes_remove,
    bytes_remove_after,
    bytes_write,
    checksum_of,
    key_make,
    storage,
    thumbnail_key,
)
from apps.files.services.nodes import token_make
from apps.files.validators import extension_of


def avatar_set(*, user: Any, name: str, stream: IO[bytes], size_bytes: int, base: str) -> str:
    """Make a picture the user's own: cut square, made small, without what a camera adds.

    Args:
        base: What stands before the token in the address of a public picture.

    Returns:
        The address that is the user's avatar from now on; that of the one before opens nothing.

    Raises:
        FileRefusedError, FileContentError, FileTooLargeError, FileEmptyError, PictureTooLargeError:
            The picture.
        StorageGoneError: The bytes could not be written.
    """
    if extension_of(name) not in PICTURES:
        raise FileRefusedError(extension=extension_of(name), allowed=", ".join(sorted(PICTURES)))
    content_of(name, stream, size_bytes)
    content = picture_small(stream, AVATAR_PIXELS, is_square=True)
    key, small = key_make("webp"), io.BytesIO(content)
    bytes_write(key, small)
    try:
        with transaction.atomic():
            old = Node.objects.filter(created_by_id=user.pk, purpose=Purpose.AVATAR)
            bytes_remove_after([node.key for node in old if node.key])
            old.delete()
            node = Node.objects.create(
                name="avatar.webp",
                kind=Kind.IMAGE,
                purpose=Purpose.AVATAR,
                key=key,
                content_type="image/webp",
                size_bytes=len(content),
                sha256=checksum_of(small),
                public_token=token_make(),
                department_id=user.department_id,
                created_by_id=user.pk,
            )
            address = f"{base}{node.public_token}"
            profile_update(user=user, avatar=address)
    except BaseException:
        bytes_remove([key])
        raise
    return address


def thumbnail_of(node: Node) -> bytes:
    """Return the small picture of a picture; made at the first call, kept beside the file.

    Raises:
        FileContentError: The node is no picture.
        StorageGoneError: The bytes cannot be read.
    """
    if node.kind != Kind.IMAGE or not node.key:
        raise FileContentError(extension=extension_of(node.name))
    key = thumbnail_key(node.key)
    if storage().exists(key):
        with bytes_open(key) as kept:
            content: bytes = kept.read()
            return content
    with bytes_open(node.key) as source:
        made = picture_small(source, THUMBNAIL_PIXELS, is_square=False)
    bytes_put(key, made)
    return made
