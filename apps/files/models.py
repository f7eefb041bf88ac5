"""Folders and files as people see them, and uploads that come in parts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from apps.core.models import OwnedModel
from apps.core.scopes import Scoped
from apps.files.choices import Kind, Purpose
from apps.files.querysets import NodeQuerySet
from apps.files.validators import MAX_NAME


class Node(OwnedModel):
    """A folder or a file. Where its bytes lie is `key`, a name that we made."""

    parent_id: int | None
    parent = models.ForeignKey(
        "self",
        verbose_name=_("folder"),
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    purpose = models.CharField(
        _("purpose"), max_length=8, choices=Purpose.choices, default=Purpose.KEPT
    )
    key = models.CharField(_("key in the storage"), max_length=100, unique=True, null=True)  # noqa: DJ001 - empty texts are equal, NULLs are not
    content_type = models.CharField(_("type of the content"), max_length=100, blank=True)
    size_bytes = models.BigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    public_token = models.CharField(  # noqa: DJ001 - as above
        _("public token"), max_length=43, unique=True, null=True, editable=False
    )
    """Opens the file to whoever has its address; None for one that only permission opens."""
    department_id = models.BigIntegerField(
        _("department"), null=True, blank=True, editable=False, db_index=True
    )
    deleted_at = models.DateTimeField(
        _("deleted at"), null=True, blank=True, editable=False, db_index=True
    )
    deleted_by_id = models.BigIntegerField(_("deleted by"), null=True, blank=True, editable=False)
    bin_root_id = models.BigIntegerField(null=True, blank=True, editable=False, db_index=True)
    """The node that was deleted, for those that went into the bin with their folder."""
    # Unique among the living of one owner in one folder; see docs/adr/0003.
    live_name = models.GeneratedField(
        expression=Case(
            When(deleted_at__isnull=True, purpose=Purpose.KEPT, then=F("name")),
            default=Value(None),
        ),
        output_field=models.CharField(max_length=MAX_NAME, null=True),
        db_persist=True,
        editable=False,
    )
    # A key of the top that is not NULL, because NULLs are never equal to each other.
    place = models.GeneratedField(
        expression=Case(
            When(parent_id__isnull=True, then=Value(0)),
            default=F("parent_id"),
            output_field=models.BigIntegerField(),
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
        editable=False,
    )

    objects = NodeQuerySet.as_manager()
    scoped: ClassVar = Scoped(
        name="File",
        columns={
            "name": "name",
            "kind": "kind",
            "size": "size_bytes",
            "created_time": "created_at",
            "dept_id": "department_id",
        },
        department="department_id",
    )

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["created_by_id", "place", "live_name"], name="files_node_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_folder(self) -> bool:
        """Tell whether it holds other nodes instead of bytes."""
        return self.kind == Kind.FOLDER


class Upload(models.Model):
    """A file that comes in parts, as long as it is not whole."""

    uuid = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    owner_id = models.BigIntegerField(_("owner"), db_index=True)
    folder = models.ForeignKey(
        Node, verbose_name=_("folder"), on_delete=models.CASCADE, null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    size_bytes = models.BigIntegerField(_("size"))
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    part_bytes = models.PositiveIntegerField(_("size of a part"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def parts_number(self) -> int:
        """Return how many parts it has."""
        return -(-self.size_bytes // self.part_bytes)

    def bytes_of(self, number: int) -> int:
        """Return the size of a part, counted from 1."""
        return min(self.part_bytes, self.size_bytes - (number - 1) * self.part_bytes)


class UploadPart(models.Model):
    """A part that has arrived."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(_("checksum"), max_length=64)

    class Meta:
        verbose_name = _("part of an upload")
        verbose_name_plural = _("parts of uploads")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="files_part_number")
        ]

    def __str__(self) -> str:
        return str(self.number)
