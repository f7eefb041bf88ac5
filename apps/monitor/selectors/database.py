"""What the database tells of itself: size, tables, connections, slowest statements.

Each database has its own tables for that; what one does not tell is said to be missing, with how
to switch it on. Statements are shown as the database normalises them, without their values.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

TABLES = 50
SLOWEST = 20
LONGEST_STATEMENT = 400
Told = dict[str, Any]

POSTGRES_TABLES = """
SELECT c.relname, c.reltuples::bigint, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()
ORDER BY 3 DESC LIMIT %s
"""
POSTGRES_STATES = """
SELECT coalesce(state, 'background'), count(*) FROM pg_stat_activity
WHERE datname = current_database() GROUP BY 1 ORDER BY 1
"""
POSTGRES_SLOWEST = """
SELECT query, calls, mean_exec_time, total_exec_time FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY total_exec_time DESC LIMIT %s
"""
MYSQL_TABLES = """
SELECT table_name, coalesce(table_rows, 0), coalesce(data_length + index_length, 0)
FROM information_schema.tables WHERE table_schema = database() ORDER BY 3 DESC LIMIT %s
"""
MYSQL_STATES = """
SELECT lower(command), count(*) FROM information_schema.processlist
WHERE db = database() GROUP BY 1 ORDER BY 1
"""
MYSQL_SLOWEST = """
SELECT digest_text, count_star, avg_timer_wait / 1e9, sum_timer_wait / 1e9
FROM performance_schema.events_statements_summary_by_digest
WHERE schema_name = database() ORDER BY sum_timer_wait DESC LIMIT %s
"""


def database_sample() -> Told:
    """Return the engine, its size in bytes, tables, connections and slowest statements (in ms)."""
    makers = {"postgresql": _postgresql, "mysql": _mysql}
    return makers.get(connection.vendor, _sqlite)()


def _postgresql() -> Told:
    return {
        "engine": "PostgreSQL",
        "version": _one("SHOW server_version"),
        "name": connection.settings_dict["NAME"],
        "size_bytes": _one("SELECT pg_database_size(current_database())"),
        "tables": _tables(POSTGRES_TABLES),
        "connections": _states(POSTGRES_STATES),
        "connections_max": int(_one("SHOW max_connections")),
        "pool": _pool(),
        **_slowest(
            POSTGRES_SLOWEST,
            _(
                "The extension pg_stat_statements is not there. Add it to"
                " shared_preload_libraries, restart PostgreSQL and run"
                " CREATE EXTENSION pg_stat_statements."
            ),
        ),
    }


def _mysql() -> Told:
    version = str(_one("SELECT version()"))
    is_watching = str(_one("SELECT @@performance_schema")) == "1"
    advice = _("performance_schema is off. Set performance_schema=ON and restart the server.")
    return {
        "engine": "MariaDB" if "mariadb" in version.lower() else "MySQL",
        "version": version,
        "name": connection.settings_dict["NAME"],
        "size_bytes": int(
            _one(
                "SELECT coalesce(sum(data_length + index_length), 0)"
                " FROM information_schema.tables WHERE table_schema = database()"
            )
        ),
        "tables": _tables(MYSQL_TABLES),
        "connections": _states(MYSQL_STATES),
        "connections_max": int(_one("SELECT @@max_connections")),
        "pool": None,
        **(
            _slowest(MYSQL_SLOWEST, advice)
            if is_watching
            else {"slowest": [], "slowest_note": advice}
        ),
    }


def _sqlite() -> Told:
    path = Path(str(connection.settings_dict["NAME"]))
    files = [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]
    names = connection.introspection.table_names()
    return {
        "engine": "SQLite",
        "version": _one("SELECT sqlite_version()"),
        "name": path.name,
        "size_bytes": sum(file.stat().st_size for file in files if file.exists()),
        "tables": _sqlite_tables(names),
        "connections": [{"state": "open", "number": 1}],
        "connections_max": None,
        "pool": None,
        "slowest": [],
        "slowest_note": _("SQLite keeps no account of its statements."),
    }


def _sqlite_tables(names: Sequence[str]) -> list[Told]:
    """Return the tables with their largest row number, which costs nothing to find."""
    quote = connection.ops.quote_name
    counts = []
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT coalesce(max(rowid), 0) FROM {quote(name)}")  # noqa: S608 - a name from the schema, quoted
            counts.append({"name": name, "rows": cursor.fetchone()[0], "size_bytes": None})
    return sorted(counts, key=lambda table: -int(table["rows"]))[:TABLES]


def _pool() -> Told | None:
    """Return the figures of this process' pool of connections."""
    pool = getattr(connection, "pool", None) if has_pool() else None
    if pool is None:
        return None
    told = pool.get_stats()
    return {
        "size": told.get("pool_size", 0),
        "idle": told.get("pool_available", 0),
        "waiting": told.get("requests_waiting", 0),
        "waited": told.get("requests_queued", 0),
    }


def has_pool() -> bool:
    """Tell whether the database is reached through a pool of connections."""
    return bool(settings.DATABASES["default"].get("OPTIONS", {}).get("pool"))


def _one(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _tables(sql: str) -> list[Told]:
    return [
        {"name": name, "rows": max(int(rows), 0), "size_bytes": int(size)}
        for name, rows, size in _rows(sql, TABLES)
    ]


def _states(sql: str) -> list[Told]:
    return [{"state": str(state), "number": int(number)} for state, number in _rows(sql)]


def _slowest(sql: str, advice: str) -> Told:
    """Return the statements that took most time, or what to do to see them."""
    try:
        with transaction.atomic():  # a failed statement must not spoil the transaction around us
            rows = _rows(sql, SLOWEST)
    except DatabaseError:
        return {"slowest": [], "slowest_note": advice}
    return {
        "slowest": [
            {
                "statement": " ".join(str(text or "").split())[:LONGEST_STATEMENT],
                "calls": int(calls),
                "mean_ms": round(float(mean), 3),
                "total_ms": round(float(total), 1),
            }
            for text, calls, mean, total in rows
        ],
        "slowest_note": "",
    }
