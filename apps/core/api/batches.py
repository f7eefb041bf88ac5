"""Operations on several rows at once."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import models, transaction
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.fields import PksSerializer, StatusField
from apps.core.api.schema import answers

M = TypeVar("M", bound=models.Model)


class StatusBatchSerializer(PksSerializer):
    """The rows to switch, and to what."""

    status = StatusField()


class ChangedSerializer(serializers.Serializer[Any]):
    """How many rows are other than before."""

    changed = serializers.IntegerField()


class StatusMixin(Generic[M]):
    """PUT on `/status` with `{"pks": [...], "status": 0|1}`: all of them, or none and 404."""

    @answers(body=StatusBatchSerializer, row=ChangedSerializer)
    @action(detail=False, methods=["put"], url_path="status")
    @transaction.atomic
    def set_status(self: Any, request: Request) -> Response:
        """Enable or disable several rows at once, and in a tree those that depend on them."""
        data = self.read_with(StatusBatchSerializer, request)
        rows = self.rows_named(data["pks"])
        return Response({"changed": self.switch(rows, is_active=data["status"])})

    def switch(self, instances: list[M], *, is_active: bool) -> int:
        """Enable or disable the rows by a service; return how many changed."""
        raise NotImplementedError
