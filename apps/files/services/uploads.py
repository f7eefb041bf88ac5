"""Files that come in parts: lost connections cost one part, not the file."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInputError, NotFoundError
from apps.files.constants import MAX_PARTS, PART_BYTES, UPLOAD_HOURS
from apps.files.errors import ChecksumError, PartsMissingError
from apps.files.models import Node, Upload, UploadPart
from apps.files.selectors.contents import kind_of
from apps.files.services.bytes import (
    bytes_open,
    bytes_put,
    bytes_remove_after,
    chunks,
    part_key,
)
from apps.files.services.nodes import file_store, refuse_taken
from apps.files.validators import clean_name

SHOWN_MISSING = 20


@transaction.atomic
def upload_open(
    *, owner: Any, name: str, size_bytes: int, sha256: str = "", folder: Node | None = None
) -> Upload:
    """Announce a file that will come in parts.

    Raises:
        InvalidInputError: The name, or a size that takes too many parts.
        FileRefusedError, FileTooLargeError, FileEmptyError: It would not be taken.
        NameTakenError: The folder has something of this name.
    """
    name = clean_name(name)
    kind_of(name, size_bytes)
    if size_bytes > PART_BYTES * MAX_PARTS:
        raise InvalidInputError("size", _("The file has too many parts."))  # noqa: EM101 - a field
    refuse_taken(owner_id=owner.pk, folder=folder, names=[name])
    return Upload.objects.create(
        owner_id=owner.pk,
        folder=folder,
        name=name,
        size_bytes=size_bytes,
        sha256=sha256.lower(),
        part_bytes=PART_BYTES,
    )


def part_put(*, upload: Upload, number: int, content: bytes, sha256: str = "") -> None:
    """Store a part; one that comes again replaces itself.

    Args:
        number: Counted from 1.
        sha256: Of the part, where the client wants it compared.

    Raises:
        NotFoundError: The upload has no such part.
        ChecksumError: The bytes are not those announced, or too many or too few.
    """
    if not 1 <= number <= upload.parts_number:
        raise NotFoundError
    found = hashlib.sha256(content).hexdigest()
    if len(content) != upload.bytes_of(number) or (sha256 and sha256.lower() != found):
        raise ChecksumError
    bytes_put(part_key(str(upload.uuid), number), content)
    UploadPart.objects.update_or_create(upload=upload, number=number, defaults={"sha256": found})


def missing_parts(upload: Upload) -> list[int]:
    """Return the numbers of the parts that have not arrived."""
    there = set(upload.parts.values_list("number", flat=True))
    return [number for number in range(1, upload.parts_number + 1) if number not in there]


def upload_complete(*, owner: Any, upload: Upload) -> Node:
    """Make the file of its parts; of two who do so at once, one gets it and the other a 404.

    Raises:
        NotFoundError: It was completed or given up meanwhile.
        PartsMissingError: Some have not arrived.
        ChecksumError: The whole is not what was announced.
        DomainError: As `file_store` does.
    """
    with transaction.atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        if held is None:
            raise NotFoundError
        missing = missing_parts(held)
        if missing:
            shown = ", ".join(map(str, missing[:SHOWN_MISSING]))
            raise PartsMissingError(parts=shown)
        with ExitStack() as stack:
            whole = stack.enter_context(tempfile.TemporaryFile())
            digest = hashlib.sha256()
            for number in range(1, held.parts_number + 1):
                part = stack.enter_context(bytes_open(part_key(str(held.uuid), number)))
                for chunk in chunks(part):
                    whole.write(chunk)
                    digest.update(chunk)
            if whole.tell() != held.size_bytes or held.sha256 not in {"", digest.hexdigest()}:
                raise ChecksumError
            node = file_store(
                owner=owner,
                name=held.name,
                stream=whole,
                size_bytes=held.size_bytes,
                folder=held.folder,
            )
        bytes_remove_after(_keys(held))
        held.delete()
        return node


@transaction.atomic
def upload_abort(*, upload: Upload) -> None:
    """Give an upload up; its parts go."""
    bytes_remove_after(_keys(upload))
    upload.delete()


def uploads_expire() -> int:
    """Give up what was not completed within a day; return how many uploads that were."""
    old = list(Upload.objects.filter(created_at__lt=timezone.now() - timedelta(hours=UPLOAD_HOURS)))
    for upload in old:
        upload_abort(upload=upload)
    return len(old)


def _keys(upload: Upload) -> list[str]:
    return [part_key(str(upload.uuid), part.number) for part in upload.parts.all()]
