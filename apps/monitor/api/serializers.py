"""What the monitors answer. Source of the first two: the contract, 1.16 and 10."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.fields import WireTimeField

Plain = serializers.Serializer[Any]


class CpuSerializer(Plain):
    """The processors; frequencies in MHz, usage in per cent of what we may use."""

    physical_num = serializers.IntegerField()
    logical_num = serializers.IntegerField()
    max_freq = serializers.FloatField()
    min_freq = serializers.FloatField()
    current_freq = serializers.FloatField()
    usage = serializers.FloatField()
    limit = serializers.FloatField(allow_null=True, help_text="Processors that a container may use")
    load = serializers.ListField(child=serializers.FloatField())


class MemorySerializer(Plain):
    """The memory in gigabytes; usage in per cent."""

    total = serializers.FloatField()
    used = serializers.FloatField()
    free = serializers.FloatField()
    usage = serializers.FloatField()


class SystemSerializer(Plain):
    """The machine."""

    name = serializers.CharField()
    os = serializers.CharField()
    ip = serializers.CharField()
    arch = serializers.CharField()
    uptime = serializers.CharField()


class DiskSerializer(Plain):
    """A disk."""

    dir = serializers.CharField()
    device = serializers.CharField()
    type = serializers.CharField()
    total = serializers.CharField()
    used = serializers.CharField()
    free = serializers.CharField()
    usage = serializers.CharField()


class ServiceSerializer(Plain):
    """This process."""

    name = serializers.CharField()
    version = serializers.CharField()
    home = serializers.CharField()
    startup = serializers.CharField()
    elapsed = serializers.CharField()
    cpu_usage = serializers.CharField()
    mem_vms = serializers.CharField()
    mem_rss = serializers.CharField()
    mem_free = serializers.CharField()
    atrium = serializers.CharField()
    django = serializers.CharField()
    pid = serializers.CharField()
    threads = serializers.CharField()
    files = serializers.CharField()


class TrafficSerializer(Plain):
    """Bytes over the network since the machine started."""

    sent = serializers.IntegerField()
    received = serializers.IntegerField()


class ServerSerializer(Plain):
    """The machine and this process."""

    cpu = CpuSerializer()
    mem = MemorySerializer()
    sys = SystemSerializer()
    disk = DiskSerializer(many=True)
    service = ServiceSerializer()
    net = TrafficSerializer()


class RedisInfoSerializer(Plain):
    """Facts of the cache server, all of them texts."""

    redis_version = serializers.CharField()
    redis_mode = serializers.CharField()
    role = serializers.CharField()
    tcp_port = serializers.CharField()
    uptime = serializers.CharField()
    connected_clients = serializers.CharField()
    blocked_clients = serializers.CharField()
    used_memory_human = serializers.CharField()
    used_memory_rss_human = serializers.CharField()
    maxmemory_human = serializers.CharField()
    mem_fragmentation_ratio = serializers.CharField()
    instantaneous_ops_per_sec = serializers.CharField()
    total_commands_processed = serializers.CharField()
    rejected_connections = serializers.CharField()
    keys_num = serializers.CharField()


class CommandSerializer(Plain):
    """A command and how often it was called."""

    name = serializers.CharField()
    value = serializers.CharField()


class KeyspaceSerializer(Plain):
    """A data base of the server."""

    name = serializers.CharField()
    keys = serializers.IntegerField()
    expiring = serializers.IntegerField()


class SlowCommandSerializer(Plain):
    """A slow command, without its values."""

    at = WireTimeField()
    microseconds = serializers.IntegerField()
    command = serializers.CharField()


class RedisSerializer(Plain):
    """The cache server; memory in bytes."""

    info = RedisInfoSerializer()
    stats = CommandSerializer(many=True)
    keyspace = KeyspaceSerializer(many=True)
    slow = SlowCommandSerializer(many=True)
    used_memory = serializers.IntegerField()


class TableSerializer(Plain):
    """A table; rows are an estimate where counting them would cost."""

    name = serializers.CharField()
    rows = serializers.IntegerField()
    size_bytes = serializers.IntegerField(allow_null=True)


class StateSerializer(Plain):
    """Connections in one state."""

    state = serializers.CharField()
    number = serializers.IntegerField()


class PoolSerializer(Plain):
    """The pool of connections of this process."""

    size = serializers.IntegerField()
    idle = serializers.IntegerField()
    waiting = serializers.IntegerField()
    waited = serializers.IntegerField()


class StatementSerializer(Plain):
    """A statement without its values; times in milliseconds."""

    statement = serializers.CharField()
    calls = serializers.IntegerField()
    mean_ms = serializers.FloatField()
    total_ms = serializers.FloatField()


class DatabaseSerializer(Plain):
    """The database."""

    engine = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    tables = TableSerializer(many=True)
    connections = StateSerializer(many=True)
    connections_max = serializers.IntegerField(allow_null=True)
    pool = PoolSerializer(allow_null=True)
    slowest = StatementSerializer(many=True)
    slowest_note = serializers.CharField(allow_blank=True)


class SpaceSerializer(Plain):
    """A name space of the cache."""

    name = serializers.CharField()
    keys = serializers.IntegerField()
    is_closed = serializers.BooleanField(help_text="Its keys and values are not shown")
    is_kept = serializers.BooleanField(help_text="It cannot be emptied")


class SpacesSerializer(Plain):
    """The name spaces of the cache."""

    spaces = SpaceSerializer(many=True)
    is_complete = serializers.BooleanField(help_text="Whether every key was counted")


class KeysQuerySerializer(Plain):
    """Which keys to show."""

    search = serializers.CharField(required=False, max_length=200, allow_blank=True)
    cursor = serializers.IntegerField(required=False, min_value=0, max_value=2**64 - 1)


class KeysSerializer(Plain):
    """Some keys; `cursor` asks for the next ones, 0 means that there are none."""

    keys = serializers.ListField(child=serializers.CharField())
    cursor = serializers.CharField()


class KeyQuerySerializer(Plain):
    """Which key."""

    key = serializers.CharField(max_length=512, trim_whitespace=False)


class EntrySerializer(Plain):
    """An entry of the cache; what opens a door is masked."""

    key = serializers.CharField()
    kind = serializers.CharField()
    seconds = serializers.IntegerField(allow_null=True)
    size_bytes = serializers.IntegerField()
    is_cut = serializers.BooleanField()
    value = serializers.JSONField(allow_null=True)


class ClearedSerializer(Plain):
    """How many keys were deleted."""

    deleted = serializers.IntegerField()
