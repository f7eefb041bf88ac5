"""Resources over Django's own tables, for the tests of the base classes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DataError, OperationalError, transaction
from django.db.models import ProtectedError
from django.urls import include, path
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.fields import IdField, StatusField, TextField, WireTimeField
from apps.core.api.filters import ContainsFilter, IdFilter, StatusFilter
from apps.core.api.routers import ResourceRouter
from apps.core.api.rows import Computed, EmptyList, RowSerializer
from apps.core.api.schema import answers
from apps.core.api.viewsets import CrudViewSet, GuardedViewSet, ListMixin, ResourceViewSet
from apps.core.context import current_context
from apps.core.guards import Access, Guard
from apps.core.limits import Limit


class KindRow(RowSerializer):
    """What a permission is for."""

    id = IdField()
    model = serializers.CharField()


class PermissionRow(RowSerializer):
    """A permission in a group's row."""

    id = IdField()
    codename = serializers.CharField()
    kind = KindRow(source="content_type")


class GroupRow(RowSerializer):
    """A group in the list."""

    id = IdField()
    caption = Computed("name", "id", make=lambda name, pk: f"{name}#{pk}", shape=TextField())
    name = serializers.CharField()
    nothing = EmptyList(KindRow())


class GroupDetailRow(GroupRow):
    """A group alone."""

    permissions = PermissionRow(many=True)


class GroupSerializer(serializers.Serializer[Group]):
    name = serializers.CharField(max_length=150)
    remark = TextField(max_length=20)


class GroupFilter(filters.FilterSet):
    name = ContainsFilter()
    permission = IdFilter(field_name="permissions")
    status = StatusFilter(field_name="name")

    class Meta:
        model = Group
        fields: list[str] = []


class GroupViewSet(CrudViewSet[Group]):
    guard = Guard("test:group", "groups", verbs={"all": Access.SIGNED_IN, "nothing": "list"})
    queryset = Group.objects.order_by("pk")
    row = GroupRow
    detail_row = GroupDetailRow
    write_serializer_class = GroupSerializer
    filterset_class = GroupFilter
    limits = {"all": (Limit(3, 60, by="user"), Limit(100, 3600))}

    def save_new(self, data: dict[str, Any]) -> Group:
        return Group.objects.create(name=data["name"])

    def save_changed(self, instance: Group, data: dict[str, Any]) -> None:
        instance.name = data.get("name", instance.name)
        instance.save()

    @answers(row=GroupRow, many=True)
    @action(detail=False)
    def all(self, request: Request) -> Response:
        """List all groups."""
        return Response(GroupRow.read(self.get_queryset()))

    @action(detail=False)
    def nothing(self, request: Request) -> Response:
        """Do nothing, for whoever may list."""
        return Response(None)


class PermissionViewSet(ListMixin, ResourceViewSet[Permission]):
    guard = Guard("test:permission", "permissions")
    queryset = Permission.objects.order_by("pk")
    row = PermissionRow


class OddSerializer(serializers.Serializer[Any]):
    status = StatusField()
    at = WireTimeField(required=False)
    kind = serializers.ChoiceField(choices=["a", "b"], required=False)
    row = serializers.PrimaryKeyRelatedField(queryset=ContentType.objects.all(), required=False)
    pks = serializers.ListField(child=IdField(), required=False)


class OddQuerySerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["a", "b"])


class OddViewSet(GuardedViewSet):
    """Everything that can go wrong, on demand."""

    guard = Access.PUBLIC
    limits = {"strangers": (Limit(2, 60),)}

    @answers(body=OddSerializer, row=OddSerializer)
    @action(detail=False, methods=["post"])
    def check(self, request: Request) -> Response:
        """Answer with the body."""
        data = self.read_with(OddSerializer, request)
        return Response({**data, "row": getattr(data.get("row"), "pk", None)})

    @action(detail=False)
    def strangers(self, request: Request) -> Response:
        return Response("hello")

    @answers(query=OddQuerySerializer)
    @action(detail=False)
    def query(self, request: Request) -> Response:
        return Response(self.query_with(OddQuerySerializer))

    @action(detail=False)
    def bug(self, request: Request) -> Response:
        msg = "secret detail"
        raise RuntimeError(msg)

    @action(detail=False)
    def data_error(self, request: Request) -> Response:
        msg = "value too long: secret"
        raise DataError(msg)

    @action(detail=False)
    def locked_out(self, request: Request) -> Response:
        msg = "database is locked"
        raise OperationalError(msg)

    @action(detail=False, methods=["post"])
    def twice(self, request: Request) -> Response:
        with transaction.atomic():
            Group.objects.create(name="twice")
            Group.objects.create(name="twice")
        return Response(None)

    @action(detail=False, methods=["delete"])
    def protected(self, request: Request) -> Response:
        msg = "secret rows"
        raise ProtectedError(msg, set())

    @action(detail=False)
    def who(self, request: Request) -> Response:
        context = current_context()
        assert context is not None
        return Response({"id": context.request_id, "address": context.address})


class UploadView(APIView):
    guard = Access.PUBLIC
    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        return Response(sorted(request.data))


router = ResourceRouter()
router.register("groups", GroupViewSet)
router.register("permissions", PermissionViewSet)
router.register("odd", OddViewSet, basename="odd")

api = [*router.urls, path("upload", UploadView.as_view(), name="upload")]
urlpatterns = [path("api/v1/test/", include(api))]
handler400 = "apps.core.api.exceptions.bad_request"
handler403 = "apps.core.api.exceptions.forbidden"
handler404 = "apps.core.api.exceptions.not_found"
handler500 = "apps.core.api.exceptions.server_error"
