"""`python -m bench.logs`: what the operation log costs to read and to write.

Fills it with a million rows, asks for the first page and for page 5,000 of it in turns, and writes
one row again and again with and without the log. Needs DATABASE_URL (PostgreSQL) and REDIS_URL.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import time
from http import HTTPStatus

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from apps.audit.models import OperaLog  # noqa: E402
from apps.organization.models import Position  # noqa: E402
from bench.__main__ import measure, served  # noqa: E402
from bench.load import Figures, Target  # noqa: E402
from bench.seed import seed, sign_in  # noqa: E402

LOGGER = "apps.audit."
DEEP = 5_000
BATCH = 100_000
ROWS = """
INSERT INTO audit_operalog (created_at, mac, position, digest, username, address, country, region,
    city, user_agent, os, browser, device, is_success, message, happened_at, trace_id, user_id,
    method, title, path, args, code, cost_us)
SELECT now() - (%(to)s - n) * interval '1 second', '', NULL, '', 'user' || n %% 1000,
    '10.0.' || n %% 250 || '.1', '', '', '', 'Mozilla/5.0', 'Linux', 'Chrome', 'PC', n %% 50 > 0,
    'Success', now() - (%(to)s - n) * interval '1 second', md5(n::text), n %% 1000, 'POST',
    'Add a position', '/api/v1/sys/positions', '{"name": "position"}', '200', 4200
FROM generate_series(%(from)s::bigint, %(to)s::bigint) n
"""


def options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.logs", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each load")
    parser.add_argument("--rounds", type=int, default=3, help="of each load, in turns")
    parser.add_argument("--writes", type=int, default=500, help="of each kind")
    parser.add_argument("--port", type=int, default=8141)
    parser.add_argument("--keep", action="store_true", help="use the rows that are there")
    parser.set_defaults(users=1000, departments=50, roles=20, roles_per_user=3, grants=0)
    return parser.parse_args()


def fill(rows: int) -> None:
    """Add so many rows to the operation log."""
    with connection.cursor() as cursor:
        for first in range(1, rows + 1, BATCH):
            cursor.execute(ROWS, {"from": first, "to": min(rows, first + BATCH - 1)})
        cursor.execute("ANALYZE audit_operalog")


def in_turns(chosen: argparse.Namespace, loads: dict[str, Target]) -> dict[str, float]:
    """Return the median of the rates of each load; they take turns, so that noise meets all."""
    found: dict[str, list[float]] = {name: [] for name in loads}
    once = argparse.Namespace(connections=1, rounds=1, seconds=chosen.seconds)
    for _round in range(chosen.rounds):
        for name, target in loads.items():
            figures: Figures = measure(chosen.port, target, once)
            if figures.failures:
                msg = f"{name}: {figures.failures} answers other than 200"
                raise SystemExit(msg)
            found[name].append(figures.rate)
    return {name: statistics.median(rates) for name, rates in found.items()}


def writes(token: str, count: int) -> tuple[float, float]:
    """Return the median milliseconds of a write with and without the log, asked by turns.

    In this process, so that both meet the same noise, which is greater than what is measured.
    """
    position, _made = Position.objects.get_or_create(name="bench", code="bench")
    body = json.dumps({"name": "bench", "code": "bench", "status": 1})
    path = f"/api/v1/sys/positions/{position.pk}"
    times: list[list[float]] = []
    clients = []
    for is_logged in (True, False):
        if not is_logged:
            settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if LOGGER not in name]
        client = Client(headers={"Authorization": f"Bearer {token}", "Host": "127.0.0.1"})
        client.put(path, body, content_type="application/json")  # reads the list of middleware
        clients.append(client)
        times.append([])
    for _turn in range(count):
        for client, kept in zip(clients, times, strict=True):
            started = time.perf_counter()
            answer = client.put(path, body, content_type="application/json")
            kept.append((time.perf_counter() - started) * 1000)
            if answer.status_code != HTTPStatus.OK:
                msg = f"a write answered {answer.status_code}"
                raise SystemExit(msg)
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> int:
    """Print the rates and the two ratios."""
    chosen = options()
    if connection.vendor != "postgresql":
        sys.stderr.write("DATABASE_URL must name a PostgreSQL database; it is emptied\n")
        return 2
    if not chosen.keep:
        seed(chosen)
        fill(chosen.rows)
    token, path = sign_in(), "/api/v1/logs/opera?size=20"
    pages = {
        "first": Target(f"{path}&page=1", token=token),
        "deep": Target(f"{path}&page={DEEP}", token=token),
    }
    rates: dict[str, float] = {}
    for _serving in served(chosen.port):
        rates = in_turns(chosen, pages)
    logging.disable(logging.INFO)
    logged, unlogged = writes(token, chosen.writes)
    sys.stdout.write(
        f"{OperaLog.objects.count():,} rows\n"
        f"page 1: {rates['first']:.0f} req/s; page {DEEP:,}: {rates['deep']:.0f} req/s;"
        f" one takes {rates['first'] / rates['deep']:.2f} times the other\n"
        f"a write: {logged:.1f} ms with the log, {unlogged:.1f} ms without;"
        f" the log takes {1 - unlogged / logged:.0%} of its time\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
