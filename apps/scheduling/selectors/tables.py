"""How many rows the tables have, and how much room they take."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection

POSTGRESQL = """
    SELECT relname, GREATEST(reltuples, 0)::bigint, pg_total_relation_size(oid)
    FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    ORDER BY 3 DESC LIMIT %s
"""
MYSQL = """
    SELECT table_name, COALESCE(table_rows, 0), COALESCE(data_length + index_length, 0)
    FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
    ORDER BY 3 DESC LIMIT %s
"""


@dataclass(frozen=True)
class TableSize:
    """A table.

    Attributes:
        name: Its name.
        rows: How many rows it has; where the database estimates them, its estimate.
        bytes: Its room with its indexes; None where the database does not tell.
    """

    name: str
    rows: int
    bytes: int | None


def greatest_tables(*, count: int = 10) -> list[TableSize]:
    """Return the greatest tables of the database, greatest first."""
    query = {"postgresql": POSTGRESQL, "mysql": MYSQL}.get(connection.vendor)
    if query is None:
        return _by_rows(count)
    with connection.cursor() as cursor:
        cursor.execute(query, [count])
        return [
            TableSize(str(name), int(rows), int(size)) for name, rows, size in cursor.fetchall()
        ]


def _by_rows(count: int) -> list[TableSize]:
    """SQLite tells no sizes of tables in the builds that Debian ships."""
    models = [model for model in apps.get_models() if model._meta.managed]
    found = [TableSize(m._meta.db_table, m._base_manager.count(), None) for m in models]
    return sorted(found, key=lambda table: (-table.rows, table.name))[:count]
