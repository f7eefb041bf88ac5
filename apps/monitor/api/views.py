from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.schema import answers
from apps.core.api.viewsets import GuardedViewSet
from apps.core.guards import Guard
from apps.monitor.api import serializers
from apps.monitor.selectors.cache import entry_of, keys_of, spaces
from apps.monitor.selectors.database import database_sample
from apps.monitor.selectors.redis import redis_sample
from apps.monitor.selectors.server import server_sample
from apps.monitor.services.cache import key_delete, space_clear


class MonitorViewSet(GuardedViewSet):
    """Something to look at; it has no rows."""

    filter_backends: Any = ()


class ServerViewSet(MonitorViewSet):
    """The machine and this process."""

    guard = Guard("monitor:server", _("server"))

    @answers(row=serializers.ServerSerializer)
    def list(self, request: Request) -> Response:
        """Show processors, memory, disks and this process, measured within the last second."""
        return Response(server_sample())


class RedisViewSet(MonitorViewSet):
    """The cache server."""

    guard = Guard("monitor:redis", _("cache server"))

    @answers(row=serializers.RedisSerializer, errors=(503,))
    def list(self, request: Request) -> Response:
        """Show what the cache server tells of itself; without one, the cache of this process."""
        return Response(redis_sample())


class DatabaseViewSet(MonitorViewSet):
    """The database."""

    guard = Guard("monitor:database", _("database"))

    @answers(row=serializers.DatabaseSerializer)
    def list(self, request: Request) -> Response:
        """Show the size, tables, connections and slowest statements of the database."""
        return Response(database_sample())


class CacheViewSet(MonitorViewSet):
    """What the platform keeps in the cache, and nothing that others keep there."""

    guard = Guard(
        "monitor:cache",
        _("cache"),
        verbs={"keys": "list", "entry": "list", "delete_entry": "del", "clear": "clear"},
    )
    lookup_url_kwarg = "space"
    lookup_value_regex = r"[\w.-]+"

    @answers(row=serializers.SpacesSerializer, errors=(503,))
    def list(self, request: Request) -> Response:
        """Show the name spaces of the cache with the number of their keys."""
        found, is_complete = spaces()
        return Response({"spaces": found, "is_complete": is_complete})

    @answers(query=serializers.KeysQuerySerializer, row=serializers.KeysSerializer, errors=(503,))
    @action(detail=True)
    def keys(self, request: Request, space: str) -> Response:
        """Show some keys of a name space; ask again with the cursor for more."""
        found, cursor = keys_of(space, **self.query_with(serializers.KeysQuerySerializer))
        return Response({"keys": found, "cursor": str(cursor)})

    @answers(query=serializers.KeyQuerySerializer, row=serializers.EntrySerializer, errors=(503,))
    @action(detail=True)
    def entry(self, request: Request, space: str) -> Response:
        """Show a value, with whatever opens a door masked."""
        return Response(entry_of(space, self.query_with(serializers.KeyQuerySerializer)["key"]))

    @answers(query=serializers.KeyQuerySerializer, errors=(503,))
    @entry.mapping.delete
    def delete_entry(self, request: Request, space: str) -> Response:
        """Delete one key; it is made anew when somebody needs it."""
        key_delete(space=space, key=self.query_with(serializers.KeyQuerySerializer)["key"])
        return Response(None)

    @answers(row=serializers.ClearedSerializer, errors=(503,))
    @keys.mapping.delete
    def clear(self, request: Request, space: str) -> Response:
        """Delete every key of a name space."""
        return Response({"deleted": space_clear(space=space)})
