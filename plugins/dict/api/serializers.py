"""What the wire says and hears about dictionaries."""

from rest_framework import serializers

from apps.core.api.fields import ChangedTimeField, IdField, StatusField, TextField, WireTimeField
from apps.core.api.rows import RowSerializer
from plugins.dict.models import DictData, DictType
from plugins.dict.validators import MAX_CODE, valid_code

MAX_SORT = 2**31 - 1
"""Largest value of the column in every database."""
MAX_REMARK = 2000


class DictTypeRow(RowSerializer):
    """A dictionary."""

    name = serializers.CharField()
    code = serializers.CharField()
    remark = TextField(read_only=True)
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class DictTypeWriteSerializer(serializers.Serializer[DictType]):
    """What a client may say about a dictionary."""

    name = serializers.CharField(max_length=32)
    code = serializers.CharField(max_length=MAX_CODE, validators=[valid_code])
    remark = TextField(max_length=MAX_REMARK)


class DictDataRow(RowSerializer):
    """An entry, with the code of its dictionary as it is now."""

    type_id = IdField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of the wire; DRF's own is never read here
    value = serializers.CharField()
    color = TextField(read_only=True)
    sort = serializers.IntegerField()
    status = StatusField(source="is_active")
    remark = TextField(read_only=True)
    id = IdField()
    type_code = serializers.CharField(source="type.code")
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class DictDataWriteSerializer(serializers.Serializer[DictData]):
    """What a client may say about an entry."""

    type_id = IdField()
    label = serializers.CharField(max_length=32)  # type: ignore[assignment] # as above
    value = serializers.CharField(max_length=32)
    color = TextField(max_length=32)
    sort = serializers.IntegerField(min_value=0, max_value=MAX_SORT)
    status = StatusField(source="is_active")
    remark = TextField(max_length=MAX_REMARK)
