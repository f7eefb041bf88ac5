from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.parsers import BodyTooLargeError
from apps.core.api.schema import answers
from apps.core.api.viewsets import PathError
from apps.core.errors import NotFoundError
from apps.files.api import serializers
from apps.files.api.views.base import NodesViewSet, address_of
from apps.files.constants import PART_BYTES
from apps.files.models import Upload
from apps.files.services import uploads as services

MAX_DIGITS = 6


class BytesParser(BaseParser):
    """A body that is nothing but bytes, as many as `max_bytes` of the view says."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit: int = (parser_context or {})["view"].max_bytes
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLargeError
        return body


class UploadMixin(NodesViewSet):
    """Files that come in parts. Everybody finds their own uploads alone."""

    max_bytes: ClassVar[int] = PART_BYTES

    @answers(row=serializers.UploadRow, body=serializers.UploadSerializer, errors=(400,))
    def open_upload(self, request: Request) -> Response:
        """Announce a file that will come in parts."""
        data = self.read_with(serializers.UploadSerializer, request)
        upload = services.upload_open(
            owner=self.owner,
            name=data["name"],
            size_bytes=data["size"],
            sha256=data.get("sha256", ""),
            folder=self.folder(data.get("parent_id")),
        )
        return Response(_row(upload))

    @answers(row=serializers.UploadRow)
    def show_upload(self, request: Request, upload: str) -> Response:
        """Show which parts of an upload are missing."""
        return Response(_row(self._own(upload)))

    @answers(query=serializers.PartQuerySerializer, errors=(400, 503))
    def put_part(self, request: Request, upload: str, number: str) -> Response:
        """Send a part as the bare body; parts may come in any order, and again."""
        if not number.isascii() or not number.isdigit() or len(number) > MAX_DIGITS:
            raise PathError({"number": _("A whole number is required.")})
        body: Any = request.data
        services.part_put(
            upload=self._own(upload),
            number=int(number),
            content=body if isinstance(body, bytes) else b"",
            sha256=self.query_with(serializers.PartQuerySerializer).get("sha256", ""),
        )
        return Response(None)

    @answers(row=serializers.StoredSerializer, errors=(400, 503))
    def complete_upload(self, request: Request, upload: str) -> Response:
        """Make the file of its parts."""
        node = services.upload_complete(owner=self.owner, upload=self._own(upload))
        return Response({"url": address_of(request, node), "id": node.pk, "name": node.name})

    @answers()
    @transaction.atomic
    def abort_upload(self, request: Request, upload: str) -> Response:
        """Give an upload up; its parts go."""
        services.upload_abort(upload=self._own(upload))
        return Response(None)

    def _own(self, name: str) -> Upload:
        try:
            known = uuid.UUID(name)
        except ValueError as error:
            raise NotFoundError from error
        found = Upload.objects.filter(uuid=known, owner_id=self.owner.pk).first()
        if found is None:
            raise NotFoundError
        return found


def _row(upload: Upload) -> dict[str, Any]:
    return {
        "uuid": str(upload.uuid),
        "name": upload.name,
        "size": upload.size_bytes,
        "part_bytes": upload.part_bytes,
        "parts": upload.parts_number,
        "missing": services.missing_parts(upload),
    }
