"""Let the database look again at what is in its tables, so that it plans queries well."""

from __future__ import annotations

from django.db import connection

from apps.scheduling.selectors.tables import greatest_tables

COUNT = 20
"""How many of the greatest tables are looked at where each is looked at by itself."""


def statistics_renew() -> None:
    """Renew the database's own statistics of its tables."""
    for statement in _statements():
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _statements() -> list[str]:
    if connection.vendor == "mysql":
        quote = connection.ops.quote_name
        names = [quote(table.name) for table in greatest_tables(count=COUNT)]
        return [f"ANALYZE TABLE {', '.join(names)}"] if names else []
    return ["ANALYZE"]
