from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.exports import csv_response
from apps.core.api.fields import PksSerializer
from apps.core.api.schema import answers
from apps.core.api.viewsets import CrudViewSet
from apps.core.visibility import Act
from apps.files.api import serializers
from apps.files.api.filters import NodeFilter
from apps.files.api.views.base import address_of
from apps.files.api.views.uploads import UploadMixin
from apps.files.models import Node
from apps.files.selectors.contents import allowed_extensions
from apps.files.services import nodes as services
from apps.files.services.bin import node_restore, nodes_delete, nodes_purge
from apps.files.services.downloads import download_response
from apps.files.services.sending import archive_of, download_of, thumbnail_download


class NodeViewSet(UploadMixin, CrudViewSet[Node]):
    """Folders and files."""

    queryset = Node.objects.live().managed()
    row = serializers.NodeRow
    write_serializer_class = serializers.NameSerializer
    filterset_class = NodeFilter

    @answers(row=serializers.NodeRow, body=serializers.FolderSerializer)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a folder."""
        with transaction.atomic():
            data = self.read_with(serializers.FolderSerializer, request)
            made = services.folder_make(
                owner=self.owner, name=data["name"], folder=self.folder(data.get("parent_id"))
            )
            return self.show(made.pk)

    def save_changed(self, instance: Node, data: dict[str, Any]) -> None:
        if "name" in data:
            services.node_rename(node=instance, name=data["name"])

    def remove(self, instances: list[Node]) -> None:
        nodes_delete(nodes=instances)

    @answers(row=serializers.StoredSerializer, body=serializers.UploadFormSerializer, errors=(400,))
    @action(detail=False, methods=["post"], parser_classes=[MultiPartParser])
    def upload(self, request: Request) -> Response:
        """Upload a file in one piece.

        Pictures and videos, and the documents that the setting names. The content must be what the
        ending says. `url` asks for a token unless the file is a public picture.
        """
        data = self.read_with(serializers.UploadFormSerializer, request)
        file = data["file"]
        node = services.file_store(
            owner=self.owner,
            name=file.name,
            stream=file,
            size_bytes=file.size,
            folder=self.folder(data.get("parent_id")),
            is_public=data["is_public"],
        )
        return Response({"url": address_of(request, node), "id": node.pk, "name": node.name})

    @answers(file="application/octet-stream")
    @action(detail=True)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """Download a file, or the range of it that is asked for."""
        return download_response(request, download_of(self.get_object()))

    @answers(file="application/octet-stream")
    @action(detail=True)
    def preview(self, request: Request, pk: str) -> HttpResponseBase:
        """Show a picture in the browser; any other file is downloaded."""
        return download_response(request, download_of(self.get_object(), is_inline=True))

    @answers(file="image/webp", errors=(400,))
    @action(detail=True)
    def thumbnail(self, request: Request, pk: str) -> HttpResponseBase:
        """Show a small picture of a picture."""
        return download_response(request, thumbnail_download(self.get_object()))

    @answers(file="application/zip", body=PksSerializer)
    @action(detail=False, methods=["post"])
    @transaction.atomic
    def archive(self, request: Request) -> StreamingHttpResponse:
        """Download several files and folders as one ZIP archive."""
        pks = self.read_with(PksSerializer, request)["pks"]
        found = self.named(Node.objects.live().managed(), pks, act=Act.VIEW)
        answer = StreamingHttpResponse(archive_of(found), content_type="application/zip")
        answer["Content-Disposition"] = 'attachment; filename="files.zip"'
        return answer

    @answers(file="text/csv")
    @action(detail=False)
    def export(self, request: Request) -> StreamingHttpResponse:
        """Download the listing that the filters leave, as CSV."""
        return csv_response(self.row, self.filter_queryset(self.get_queryset()), name="files")

    @answers(row=serializers.RoomSerializer)
    @action(detail=False)
    def room(self, request: Request) -> Response:
        """Show how much room the own files take, and which files are taken."""
        used = Node.objects.bytes_used(self.owner.pk)
        quota = settings.ATRIUM.file_quota_bytes
        return Response({"used": used, "quota": quota, "extensions": allowed_extensions()})

    @answers(body=serializers.IntoSerializer)
    @action(detail=False, methods=["put"])
    @transaction.atomic
    def move(self, request: Request) -> Response:
        """Put files and folders into another folder."""
        data = self.read_with(serializers.IntoSerializer, request)
        into = self.folder(data.get("parent_id"))
        services.nodes_move(nodes=self.rows_named(data["pks"]), folder=into)
        return Response(None)

    @answers(row=serializers.NodeRow, many=True, body=serializers.IntoSerializer, errors=(503,))
    @action(detail=False, methods=["post"])
    @transaction.atomic
    def copy(self, request: Request) -> Response:
        """Copy files and folders into a folder; a name that is taken gets a number."""
        data = self.read_with(serializers.IntoSerializer, request)
        into = self.folder(data.get("parent_id"))
        found = self.named(Node.objects.live().managed(), data["pks"], act=Act.VIEW)
        made = services.nodes_copy(owner=self.owner, nodes=found, folder=into)
        copies = self.get_queryset().filter(pk__in=[node.pk for node in made])
        return Response(self.row.read(copies))

    @answers(row=serializers.BinnedRow, page=True)
    @action(detail=False, url_path="bin")
    def list_bin(self, request: Request) -> Response:
        """List what is in the bin; what lies in a deleted folder comes and goes with it."""
        rows: Any = self.paginate_queryset(
            self.among(Node.objects.binned()).order_by("-deleted_at", "-pk")
        )
        items = serializers.BinnedRow.read(rows) if rows else []
        return self.get_paginated_response(items)

    @answers(row=serializers.PurgedSerializer, body=PksSerializer)
    @list_bin.mapping.delete
    @transaction.atomic
    def empty_bin(self, request: Request) -> Response:
        """Delete several things of the bin for good."""
        pks = self.read_with(PksSerializer, request)["pks"]
        return Response({"purged": nodes_purge(nodes=self.named(Node.objects.binned(), pks))})

    @answers(row=serializers.PurgedSerializer)
    @action(detail=False, methods=["delete"], url_path=r"bin/(?P<pk>[^/]+)")
    @transaction.atomic
    def purge(self, request: Request, pk: str) -> Response:
        """Delete something of the bin for good."""
        return Response(
            {"purged": nodes_purge(nodes=self.named(Node.objects.binned(), [self.pk()]))}
        )

    @answers(row=serializers.NodeRow, body=serializers.RestoreSerializer)
    @action(detail=True, methods=["put"])
    @transaction.atomic
    def restore(self, request: Request, pk: str) -> Response:
        """Take something out of the bin, with all that went in with it."""
        data = self.read_with(serializers.RestoreSerializer, request)
        (node,) = self.named(Node.objects.binned(), [self.pk()])
        node_restore(node=node, name=data.get("name", ""))
        return self.show(node.pk)
