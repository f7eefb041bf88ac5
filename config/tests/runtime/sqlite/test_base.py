import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.utils import ConnectionHandler

from config.databases import database
from config.runtime.sqlite.base import FairLock


def test_the_lock_is_handed_on_in_the_order_of_asking() -> None:
    lock = FairLock()
    assert lock.acquire(1)
    order: list[int] = []

    def wait(number: int) -> None:
        lock.acquire(5)
        order.append(number)
        lock.release()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(lock._waiting) <= number:
            time.sleep(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert lock.acquire(0)


def test_who_waits_too_long_gives_up_his_place() -> None:
    lock = FairLock()
    lock.acquire(1)
    assert not lock.acquire(0.01)
    assert not lock._waiting
    lock.release()
    assert lock.acquire(0)


@pytest.fixture
def counter(tmp_path: Path, django_db_blocker: Any) -> Iterator[ConnectionHandler]:
    """Return connections, one for each thread, to a database with one row to count in."""
    settings = database(f"sqlite:///{tmp_path}/count.sqlite3", data_dir=tmp_path, pool_size=1)
    connections = ConnectionHandler({"default": settings})
    with django_db_blocker.unblock():
        with connections["default"].cursor() as cursor:
            cursor.execute("CREATE TABLE counter (n integer)")
            cursor.execute("INSERT INTO counter VALUES (0)")
        yield connections
        connections.close_all()


def _count(connections: ConnectionHandler, times: int) -> None:
    connection = connections["default"]
    for _ in range(times):
        with _atomic(connection), connection.cursor() as cursor:
            cursor.execute("SELECT n FROM counter")
            (n,) = cursor.fetchone()
            cursor.execute("UPDATE counter SET n = %s", [n + 1])
    connection.close()


class _atomic:  # noqa: N801 - used like the function of this name, on a connection of our own
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    def __exit__(self, kind: Any, *_rest: Any) -> None:
        if kind is None:
            self.connection.commit()
        else:
            self.connection.rollback()
        self.connection.set_autocommit(True)


def test_twelve_writers_that_read_first_lose_no_count_and_meet_no_lock(
    counter: ConnectionHandler,
) -> None:
    errors: list[Exception] = []

    def work() -> None:
        try:
            _count(counter, 20)
        except DatabaseError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with counter["default"].cursor() as cursor:
        cursor.execute("SELECT n FROM counter")
        assert cursor.fetchone() == (240,)


def test_a_transaction_that_is_undone_gives_the_lock_back(counter: ConnectionHandler) -> None:
    connection: Any = counter["default"]
    with pytest.raises(ZeroDivisionError), _atomic(connection):
        raise ZeroDivisionError
    assert connection._held is None
    _count(counter, 1)


def test_a_connection_closed_in_a_transaction_gives_the_lock_back(
    counter: ConnectionHandler,
) -> None:
    connection: Any = counter["default"]
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert connection._held is not None
    connection.close()
    assert connection._held is None
    thread = threading.Thread(target=_count, args=(counter, 1))
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


def test_a_transaction_that_cannot_begin_gives_the_lock_back(counter: ConnectionHandler) -> None:
    connection: Any = counter["default"]
    connection.ensure_connection()
    connection.connection.execute("BEGIN")
    with pytest.raises(DatabaseError, match="within a transaction"):
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert connection._held is None


def test_readers_are_not_kept_waiting_by_a_writer(counter: ConnectionHandler) -> None:
    connection: Any = counter["default"]
    seen: list[Any] = []

    def read() -> None:
        with counter["default"].cursor() as cursor:
            cursor.execute("SELECT n FROM counter")
            seen.append(cursor.fetchone())
        counter["default"].close()

    with _atomic(connection):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE counter SET n = 99")
        thread = threading.Thread(target=read)
        thread.start()
        thread.join(5)
        assert seen == [(0,)]
