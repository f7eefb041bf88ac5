import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.scheduling.services.statistics import statistics_renew


@pytest.mark.django_db(transaction=True)  # MariaDB commits when it analyses
def test_the_database_looks_at_its_tables_again() -> None:
    with CaptureQueriesContext(connection) as queries:
        statistics_renew()
    assert any(query["sql"].startswith("ANALYZE") for query in queries.captured_queries)
