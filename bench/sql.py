"""How many SQL statements a request costs once it is warm."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.load import Target


def queries_of(target: Target) -> int:
    """Return the statements of the second request of its kind, asked in this process."""
    client = Client(headers={"Authorization": f"Bearer {target.token}"} if target.token else None)
    count = 0
    for _time in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.generic(target.method, target.path, target.body, "application/json")
        count = len(captured)
    return count
