"""Rows of a queryset by SQL text that is compiled once.

Of the time of a short list, a third goes into compiling the same statement anew each time. The text
depends on the conditions, the joins, the order and the slice, and these are cheap to compare; what
changes from call to call are the parameters, and they all stand in the conditions.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.models import QuerySet

MAX_STATEMENTS = 1000


@dataclass(frozen=True)
class Statement:
    """SQL text, and what makes Python values of some of its columns."""

    sql: str
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]


_statements: OrderedDict[Any, Statement] = OrderedDict()
_mutex = Lock()


def fetch(queryset: QuerySet[Any], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the columns of the rows of a queryset, as `values_list` would.

    Args:
        columns: ORM paths: `department__name`.
    """
    query = queryset.query
    connection = connections[queryset.db]
    compiler = query.get_compiler(connection=connection)
    if not _is_plain(query):
        return list(queryset.values_list(*columns))
    try:
        where, parameters = compiler.compile(query.where) if query.where else ("", ())
    except FullResultSet:
        where, parameters = "", ()
    except EmptyResultSet:
        return []
    key = (queryset.db, query.model, tuple(columns), where, *_shape(query))
    statement = _statements.get(key)
    if statement is None:
        statement = _compile(queryset, columns, tuple(parameters))
        if statement is None:
            return list(queryset.values_list(*columns))
        _keep(key, statement)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, tuple(parameters))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return _converted(found, statement, connection) if statement.converters else list(found)


def _is_plain(query: Any) -> bool:
    """Tell whether conditions, joins, order and slice are all there is to a query."""
    return not (
        query.distinct
        or query.combinator
        or query.annotations
        or query.extra
        or query.group_by
        or query.select_for_update
        or query.explain_info
        or query.extra_order_by
        or any(not isinstance(name, str) for name in query.order_by)
    )


def _shape(query: Any) -> tuple[Any, ...]:
    joins = tuple(
        (alias, join.identity, join.join_type, query.alias_refcount[alias] > 0)
        for alias, join in query.alias_map.items()
    )
    return (
        joins,
        query.order_by,
        query.default_ordering,
        query.standard_ordering,
        query.low_mark,
        query.high_mark,
    )


def _compile(
    queryset: QuerySet[Any], columns: Sequence[str], parameters: tuple[Any, ...]
) -> Statement | None:
    """Return the statement, or None if it has parameters outside of its conditions."""
    connection = connections[queryset.db]
    query = queryset.values_list(*columns).query
    compiler = query.get_compiler(connection=connection)
    sql, found = compiler.as_sql()
    if tuple(found) != parameters:
        return None
    selected = [expression for expression, _sql, _alias in compiler.select[: len(columns)]]
    converters = compiler.get_converters(selected)
    return Statement(
        sql, tuple((index, convs, expression) for index, (convs, expression) in converters.items())
    )


def _keep(key: Any, statement: Statement) -> None:
    with _mutex:
        _statements[key] = statement
        if len(_statements) > MAX_STATEMENTS:
            _statements.popitem(last=False)


def _converted(
    rows: Sequence[tuple[Any, ...]], statement: Statement, connection: Any
) -> list[tuple[Any, ...]]:
    changed = [list(row) for row in rows]
    for index, convert, expression in statement.converters:
        for row in changed:
            value = row[index]
            for step in convert:
                value = step(value, expression, connection)
            row[index] = value
    return [tuple(row) for row in changed]
