"""Files that the console sends in parts: the same services as the API, by the console's session."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from apps.core.console import Board
from apps.core.errors import DomainError, NotFoundError
from apps.files.admin.folders import folder_of, owner_of
from apps.files.constants import PART_BYTES, RESOURCE
from apps.files.errors import ChecksumError
from apps.files.models import Upload
from apps.files.services import uploads as services

CODE = f"{RESOURCE}:upload"
SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_DIGITS = 16
"""A longer number is no size: 2 to the power of 53 has sixteen digits."""


@Board(name="files_uploads", code=CODE, app_label="files", path="files/uploads/")
def announce(request: HttpRequest) -> HttpResponse:
    """Announce a file that will come in parts."""
    _only(request, "POST")
    return _answer(lambda: _row(_announced(request)))


@Board(name="files_upload", code=CODE, app_label="files", path="files/uploads/<uuid:name>/")
def one(request: HttpRequest, name: uuid.UUID) -> HttpResponse:
    """Tell which parts are missing; on POST make the file of its parts, on DELETE give it up."""
    _only(request, "GET", "POST", "DELETE")
    acts = {"GET": _row, "POST": lambda found: _whole(request, found), "DELETE": _given_up}
    act: Callable[[Upload], dict[str, Any]] = acts[request.method or ""]
    return _answer(lambda: act(_own(request, name)))


@Board(
    name="files_part",
    code=CODE,
    app_label="files",
    path="files/uploads/<uuid:name>/<int:number>/",
)
def part(request: HttpRequest, name: uuid.UUID, number: int) -> HttpResponse:
    """Take one part as the bare body, with its checksum in the address."""
    _only(request, "PUT")
    return _answer(lambda: _taken(request, name, number))


def _only(request: HttpRequest, *methods: str) -> None:
    if request.method not in methods:
        raise Http404


def _answer(make: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Answer in JSON, with what is refused as `message`, for the script that sends the file."""
    try:
        return JsonResponse(make())
    except DomainError as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)
    except Http404:
        return JsonResponse({"message": str(NotFoundError())}, status=HTTPStatus.NOT_FOUND)


def _announced(request: HttpRequest) -> Upload:
    size = request.POST.get("size", "")
    is_size = size.isascii() and size.isdigit() and len(size) <= MAX_DIGITS
    return services.upload_open(
        owner=owner_of(request),
        name=request.POST.get("name", ""),
        size_bytes=int(size) if is_size else 0,
        folder=folder_of(request, request.POST.get("folder", "")),
    )


def _taken(request: HttpRequest, name: uuid.UUID, number: int) -> dict[str, Any]:
    sha256 = request.GET.get("sha256", "")
    if not SHA256.fullmatch(sha256):
        raise ChecksumError
    content = request.read(PART_BYTES + 1)  # one too many is refused as too many
    services.part_put(upload=_own(request, name), number=number, content=content, sha256=sha256)
    return {"number": number}


def _whole(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    node = services.upload_complete(owner=owner_of(request), upload=upload)
    return {"id": node.pk, "name": node.name}


@transaction.atomic
def _given_up(upload: Upload) -> dict[str, Any]:
    services.upload_abort(upload=upload)
    return {}


def _row(upload: Upload) -> dict[str, Any]:
    return {
        "uuid": str(upload.uuid),
        "size": upload.size_bytes,
        "part_bytes": upload.part_bytes,
        "missing": services.missing_parts(upload),
    }


def _own(request: HttpRequest, name: uuid.UUID) -> Upload:
    """Return an upload of whoever asks.

    Raises:
        NotFoundError: There is none, or it is somebody else's.
    """
    found = Upload.objects.filter(uuid=name, owner_id=request.user.pk or 0).first()
    if found is None:
        raise NotFoundError
    return found
