from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audit.api import filters, serializers
from apps.audit.constants import CHANGE_ROWS, LOGIN_ROWS, OPERA_ROWS
from apps.audit.models import ChangeLog, LoginLog, OperaLog
from apps.audit.services.chains import rows_remove
from apps.core.api.exports import ExportMixin
from apps.core.api.pagination import LandmarkPagination
from apps.core.api.schema import answers
from apps.core.api.viewsets import (
    DestroyManyMixin,
    ListMixin,
    M,
    ResourceViewSet,
    RetrieveMixin,
)
from apps.core.guards import Guard


class _LoginPages(LandmarkPagination):
    tag = LOGIN_ROWS


class _OperaPages(LandmarkPagination):
    tag = OPERA_ROWS


class _ChangePages(LandmarkPagination):
    tag = CHANGE_ROWS


class LogViewSet(ExportMixin, ListMixin, RetrieveMixin, DestroyManyMixin[M], ResourceViewSet[M]):
    """A log: read, exported, emptied; nobody adds to it or changes it."""

    @answers()
    @action(detail=False, methods=["delete"], url_path="all")
    @transaction.atomic
    def clear(self, request: Request) -> Response:
        """Empty the log."""
        rows_remove(rows=self.get_queryset())
        return Response(None)

    def remove(self, instances: list[M]) -> None:
        pks = [instance.pk for instance in instances]
        rows_remove(rows=self.get_queryset().filter(pk__in=pks))


class LoginLogViewSet(LogViewSet[LoginLog]):
    """Who signed in, and who could not."""

    guard = Guard("log:login", _("login logs"), verbs={"clear": "clear", "export": "list"})
    queryset = LoginLog.objects.all()
    row = serializers.LoginLogRow
    filterset_class = filters.LoginLogFilter
    pagination_class = _LoginPages
    file_name = "login-log"


class OperaLogViewSet(LogViewSet[OperaLog]):
    """What was done by whom."""

    guard = Guard("log:opera", _("operation logs"), verbs={"clear": "clear", "export": "list"})
    queryset = OperaLog.objects.all()
    row = serializers.OperaLogRow
    filterset_class = filters.OperaLogFilter
    pagination_class = _OperaPages
    file_name = "operation-log"


class ChangeLogViewSet(ListMixin, RetrieveMixin, ResourceViewSet[ChangeLog]):
    """The history of master data, field by field; nobody deletes it."""

    guard = Guard("log:change", _("changes"))
    queryset = ChangeLog.objects.all()
    row = serializers.ChangeLogRow
    filterset_class = filters.ChangeLogFilter
    pagination_class = _ChangePages
