"""What rows of the logs look like."""

import orjson
from rest_framework import serializers

from apps.core.api.fields import IdField, StatusField, TextField, WireTimeField
from apps.core.api.rows import Computed, RowSerializer


class _LogRow(RowSerializer):
    """From where, and when."""

    id = IdField()
    username = TextField(read_only=True)
    status = StatusField(source="is_success")
    ip = serializers.CharField(source="address")
    country = TextField(read_only=True)
    region = TextField(read_only=True)
    city = TextField(read_only=True)
    user_agent = TextField(read_only=True)
    os = TextField(read_only=True)
    browser = TextField(read_only=True)
    device = TextField(read_only=True)
    created_time = WireTimeField(source="created_at")


class LoginLogRow(_LogRow):
    """A sign-in, or an attempt at one."""

    user_uuid = serializers.CharField()
    msg = serializers.CharField(source="message")
    login_time = WireTimeField(source="happened_at")
    channel = TextField(read_only=True)
    reason = TextField(read_only=True)
    trace_id = TextField(read_only=True)


class OperaLogRow(_LogRow):
    """What was done; the duration in milliseconds."""

    trace_id = serializers.CharField()
    method = serializers.CharField()
    title = serializers.CharField()
    path = serializers.CharField()
    args = Computed(
        "args",
        make=lambda text: orjson.loads(text) if text else None,
        shape=serializers.DictField(allow_null=True),
    )
    code = serializers.CharField()
    msg = TextField(source="message", read_only=True)
    cost_time = Computed(
        "cost_us", make=lambda cost: cost / 1000, shape=serializers.FloatField(min_value=0)
    )
    opera_time = WireTimeField(source="happened_at")


class ChangeLogRow(RowSerializer):
    """What was made of one row of master data: `changes` has `[before, after]` by field."""

    id = IdField()
    model = serializers.CharField()
    object = IdField(source="object_id")
    name = TextField(read_only=True)
    action = serializers.CharField()
    changes = Computed(
        "changes",
        make=lambda text: orjson.loads(text) if text else {},
        shape=serializers.DictField(child=serializers.ListField()),
    )
    username = TextField(read_only=True)
    trace_id = TextField(read_only=True)
    created_time = WireTimeField(source="created_at")
