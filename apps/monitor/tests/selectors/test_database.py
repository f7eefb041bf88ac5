from typing import Any

import pytest
from django.db import connection

from apps.monitor.selectors import database
from apps.monitor.selectors.database import database_sample

pytestmark = pytest.mark.django_db


def test_the_database_tells_what_it_is_and_how_large() -> None:
    sample = database_sample()
    names = {"postgresql": {"PostgreSQL"}, "mysql": {"MariaDB", "MySQL"}, "sqlite": {"SQLite"}}
    assert sample["engine"] in names[connection.vendor]
    assert sample["size_bytes"] > 0
    assert sample["version"]
    assert sum(row["number"] for row in sample["connections"]) >= 1


def test_tables_are_named_with_their_rows() -> None:
    tables = database_sample()["tables"]
    known = set(connection.introspection.table_names())
    assert len(tables) == database.TABLES
    assert {table["name"] for table in tables} <= known
    assert all(table["rows"] >= 0 for table in tables)


def test_no_statement_is_shown_without_a_reason() -> None:
    sample = database_sample()
    assert bool(sample["slowest"]) != bool(sample["slowest_note"]) or sample["slowest"] == []


def test_a_refused_look_at_the_statements_is_followed_by_advice() -> None:
    told = database._slowest("SELECT nothing FROM no_such_table WHERE %s = 1", "switch it on")
    assert told == {"slowest": [], "slowest_note": "switch it on"}
    assert database._one("SELECT 1") == 1  # the transaction around is fine


def test_statements_are_cut_and_rounded() -> None:
    told = database._slowest(f"SELECT '{'a ' * 400}', 3, 1.23456, 4.56 LIMIT %s", "")
    (row,) = told["slowest"]
    assert len(row["statement"]) == database.LONGEST_STATEMENT
    assert (row["calls"], row["mean_ms"], row["total_ms"]) == (3, 1.235, 4.6)


def test_the_pool_of_the_process_is_shown_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Pool:
        def get_stats(self) -> dict[str, int]:
            return {"pool_size": 8, "pool_available": 5, "requests_waiting": 1}

    monkeypatch.setattr(database, "has_pool", lambda: True)
    stand_in: Any = type("Connection", (), {"pool": Pool()})()
    monkeypatch.setattr(database, "connection", stand_in)
    assert database._pool() == {"size": 8, "idle": 5, "waiting": 1, "waited": 0}
    monkeypatch.setattr(database, "has_pool", lambda: False)
    assert database._pool() is None
