import pytest
from django.db import connection

from apps.scheduling.models import Run
from apps.scheduling.selectors.tables import greatest_tables
from apps.scheduling.services.statistics import statistics_renew
from apps.scheduling.tests.sample import make_run


@pytest.mark.django_db(transaction=True)  # MariaDB commits when it analyses
def test_the_greatest_tables_come_first() -> None:
    for _ in range(3):
        make_run()
    statistics_renew()
    tables = greatest_tables(count=500)
    assert Run._meta.db_table in {table.name for table in tables}
    assert len(greatest_tables(count=2)) == 2
    sizes = [table.rows if table.bytes is None else table.bytes for table in tables]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others estimate")
def test_sqlite_counts_its_rows() -> None:
    make_run()
    rows = {table.name: table.rows for table in greatest_tables(count=500)}
    assert rows[Run._meta.db_table] == 1
