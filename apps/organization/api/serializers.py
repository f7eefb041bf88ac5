"""What departments and positions look like on the wire, and what may be said about them."""

from typing import Any

from django.core.validators import EmailValidator
from rest_framework import serializers

from apps.core.api.bins import BinnedRow
from apps.core.api.fields import ChangedTimeField, IdField, StatusField, TextField, WireTimeField
from apps.core.api.rows import Computed, RowSerializer
from apps.core.api.trees import ChildrenField
from apps.organization.validators import phone_validator

MAX_SORT = 2**31 - 1


class DeptRow(RowSerializer):
    """A department."""

    name = serializers.CharField()
    parent_id = IdField(allow_null=True)
    sort = serializers.IntegerField()
    leader = TextField(read_only=True)
    phone = TextField(read_only=True)
    email = TextField(read_only=True)
    status = StatusField(source="is_active")
    id = IdField()
    del_flag = Computed(
        "deleted_at", make=lambda moment: moment is not None, shape=serializers.BooleanField()
    )
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class DeptNode(DeptRow):
    """A department in the tree; on a leaf `children` is null."""

    children = ChildrenField(allow_null=True)


class DepartmentWriteSerializer(serializers.Serializer[Any]):
    """What may be said about a department."""

    name = serializers.CharField(max_length=64)
    parent_id = IdField(min_value=0, allow_null=True, required=False)
    sort = serializers.IntegerField(min_value=0, max_value=MAX_SORT, required=False)
    leader = TextField(max_length=32)
    phone = TextField(validators=[phone_validator])
    email = TextField(max_length=64, validators=[EmailValidator()])
    status = StatusField(source="is_active")


class BinnedDeptRow(DeptRow, BinnedRow):
    """A department in the bin."""


class DepartmentRestoreSerializer(serializers.Serializer[Any]):
    """What a department is to have when it is restored; what is not sent is as it was."""

    name = serializers.CharField(max_length=64, required=False)
    parent_id = IdField(min_value=0, allow_null=True, required=False, help_text="0 for the top.")


class PositionOptionRow(RowSerializer):
    """A position to choose."""

    id = IdField()
    name = serializers.CharField()
    code = serializers.CharField()
    status = StatusField(source="is_active")


class PositionRow(RowSerializer):
    """A position."""

    name = serializers.CharField()
    code = serializers.CharField()
    sort = serializers.IntegerField()
    status = StatusField(source="is_active")
    remark = TextField(read_only=True)
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class PositionWriteSerializer(serializers.Serializer[Any]):
    """What may be said about a position."""

    name = serializers.CharField(max_length=64)
    code = serializers.CharField(max_length=64)
    sort = serializers.IntegerField(min_value=0, max_value=MAX_SORT, required=False)
    status = StatusField(source="is_active")
    remark = TextField(max_length=2000)


class BinnedPositionRow(PositionRow, BinnedRow):
    """A position in the bin."""


class PositionRestoreSerializer(serializers.Serializer[Any]):
    """What a position is to have when it is restored; what is not sent is as it was."""

    name = serializers.CharField(max_length=64, required=False)
    code = serializers.CharField(max_length=64, required=False)
