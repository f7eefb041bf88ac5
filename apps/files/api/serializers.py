"""What goes in and out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import IdField, PksSerializer, TextField, WireTimeField
from apps.core.api.rows import Computed, RowSerializer
from apps.files.choices import Kind
from apps.files.constants import PART_BYTES
from apps.files.validators import MAX_NAME

Plain = serializers.Serializer[Any]
NAME: dict[str, Any] = {"max_length": MAX_NAME, "trim_whitespace": False}


class NodeRow(RowSerializer):
    """A folder or a file."""

    id = IdField()
    parent_id = IdField(allow_null=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    content_type = TextField(read_only=True)
    size = serializers.IntegerField(source="size_bytes")
    sha256 = TextField(read_only=True)
    is_public = Computed(
        "public_token",
        make=lambda token: token is not None,
        shape=serializers.BooleanField(),
    )
    owner_id = IdField(source="created_by_id", allow_null=True)
    created_time = WireTimeField(source="created_at")
    updated_time = WireTimeField(source="updated_at", allow_null=True)


class BinnedRow(NodeRow):
    """A folder or a file in the bin."""

    deleted_time = WireTimeField(source="deleted_at")
    deleted_by_id = IdField(allow_null=True)


class FolderSerializer(Plain):
    """A new folder."""

    name = serializers.CharField(**NAME)
    parent_id = IdField(required=False, allow_null=True)


class NameSerializer(Plain):
    """Another name."""

    name = serializers.CharField(**NAME)


class RestoreSerializer(Plain):
    """Another name, where the old one is taken."""

    name = serializers.CharField(required=False, allow_blank=True, **NAME)


class IntoSerializer(PksSerializer):
    """What to put where; no folder means the top."""

    parent_id = IdField(required=False, allow_null=True)


class UploadFormSerializer(Plain):
    """A file as a form sends it."""

    file = serializers.FileField(allow_empty_file=True, max_length=4 * MAX_NAME)
    parent_id = IdField(required=False, allow_null=True)
    is_public = serializers.BooleanField(required=False, default=False)


class PictureFormSerializer(Plain):
    """A picture as a form sends it."""

    file = serializers.FileField(allow_empty_file=True, max_length=4 * MAX_NAME)


class UrlSerializer(Plain):
    """Where the file is found from now on."""

    url = serializers.CharField()


class StoredSerializer(UrlSerializer):
    """Where the file is found, and its row."""

    id = IdField()
    name = serializers.CharField()


class UploadSerializer(Plain):
    """A file that will come in parts."""

    name = serializers.CharField(**NAME)
    size = serializers.IntegerField(min_value=1, max_value=2**53)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", required=False, allow_blank=True)
    parent_id = IdField(required=False, allow_null=True)


class UploadRow(Plain):
    """How far an upload is; parts are counted from 1."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    part_bytes = serializers.IntegerField(help_text=f"{PART_BYTES} unless said otherwise")
    parts = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.IntegerField())


class PartQuerySerializer(Plain):
    """What the part should be."""

    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", required=False)


class RoomSerializer(Plain):
    """How much room somebody has; in bytes, 0 for one without end."""

    used = serializers.IntegerField()
    quota = serializers.IntegerField()
    extensions = serializers.ListField(child=serializers.CharField())


class PurgedSerializer(Plain):
    """How many rows went."""

    purged = serializers.IntegerField()
