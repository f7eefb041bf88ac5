"""Operations on several rows at once."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import models, transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.fields import PksSerializer, StatusField
from apps.core.api.schema import answers

M = TypeVar("M", bound=models.Model)


class StatusBatchSerializer(PksSerializer):
    """The rows to switch, and to what."""

    status = StatusField()


class StatusMixin(Generic[M]):
    """PUT on `/status` with `{"pks": [...], "status": 0|1}`: all of them, or none and 404."""

    @answers(body=StatusBatchSerializer)
    @action(detail=False, methods=["put"], url_path="status")
    @transaction.atomic
    def set_status(self: Any, request: Request) -> Response:
        """Enable or disable several rows at once."""
        data = self.read_with(StatusBatchSerializer, request)
        self.switch(self.rows_named(data["pks"]), is_active=data["status"])
        return Response(None)

    def switch(self, instances: list[M], *, is_active: bool) -> None:
        """Enable or disable the rows; calls a service."""
        raise NotImplementedError
