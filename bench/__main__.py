"""`python -m bench`: seed, serve, load, print. Needs DATABASE_URL and REDIS_URL."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
os.environ.setdefault("ATRIUM_DEMO", "1")
os.environ.setdefault("ATRIUM_TRUSTED_PROXIES", "127.0.0.1")  # so that one load is many clients

import django

django.setup()

from bench.load import Figures, Target, load  # noqa: E402
from bench.seed import SCOPED, SHARED, seed, sign_in  # noqa: E402
from bench.sql import queries_of  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
WARM_SECONDS = 1.0


def options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--departments", type=int, default=50)
    parser.add_argument("--roles", type=int, default=20)
    parser.add_argument("--roles-per-user", type=int, default=3)
    parser.add_argument("--grants", type=int, default=0, help="rows shared with one user")
    parser.add_argument("--size", type=int, default=20, help="rows on a page")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2, help="the best of these counts")
    parser.add_argument("--port", type=int, default=8140)
    parser.add_argument("--only", default="", help="names of the loads, comma-separated")
    parser.add_argument("--keep", action="store_true", help="use the rows that are there")
    return parser.parse_args()


def targets(size: int, token: str, scoped: str, shared: str) -> dict[str, Target]:
    """Return the loads by name: the two to compare with first."""
    login = b'{"username":"admin","password":"123456"}'
    return {
        "floor": Target("/bench/floor"),
        "hand": Target(f"/bench/hand?size={size}"),
        "me": Target("/api/v1/sys/users/me", token=token),
        "users": Target(f"/api/v1/sys/users?size={size}", token=token),
        "scoped": Target(f"/api/v1/sys/users?size={size}", token=scoped),
        "shared": Target(f"/api/v1/sys/users?size={size}", token=shared),
        "sidebar": Target("/api/v1/sys/menus/sidebar", token=token),
        "login": Target("/api/v1/auth/login", method="POST", body=login, is_many_clients=True),
    }


def served(port: int) -> Iterator[None]:
    """Run the server in a process of its own for as long as the generator lives."""
    command = [sys.executable, "manage.py", "serve", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ)  # noqa: S603 - our own command
    try:
        for _attempt in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/floor", timeout=5)
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(10)


def measure(port: int, target: Target, chosen: argparse.Namespace) -> Figures:
    """Return the best of some rounds, after a warm-up."""
    best = Figures()
    asyncio.run(load(port, target, connections=chosen.connections, seconds=WARM_SECONDS))
    for _round in range(chosen.rounds):
        found = asyncio.run(
            load(port, target, connections=chosen.connections, seconds=chosen.seconds)
        )
        best = max(best, found, key=lambda figures: figures.rate)
    return best


def main() -> int:
    """Print one line for each load: rate, times, queries, and its ratio to what it rests on."""
    chosen = options()
    if not chosen.keep:
        seed(chosen)
    token = sign_in()
    wanted = {name for name in chosen.only.split(",") if name}
    offered = targets(chosen.size, token, sign_in(SCOPED), sign_in(SHARED))
    loads = {
        name: target
        for name, target in offered.items()
        if not wanted or name in wanted | {"floor", "hand"}
    }
    found: dict[str, Figures] = {}
    for _serving in served(chosen.port):
        for name, target in loads.items():
            found[name] = measure(chosen.port, target, chosen)
    out = sys.stdout.write
    out(f"{'load':10}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'SQL':>5}{'/floor':>8}{'/hand':>8}\n")
    for name, figures in found.items():
        ratio = f"{figures.rate / found['floor'].rate:8.0%}"
        ratio += f"{figures.rate / found['hand'].rate:8.0%}" if name == "users" else ""
        if name in {"scoped", "shared"} and "users" in found:
            ratio += f"  {figures.rate / found['users'].rate:.0%} of users"
        out(
            f"{name:10}{figures.rate:9.0f}{figures.percentile(0.5):9.2f}"
            f"{figures.percentile(0.99):9.2f}{queries_of(loads[name]):5}{ratio}\n"
        )
    failures = {name: figures.failures for name, figures in found.items() if figures.failures}
    if failures:
        out(f"answers other than 200: {failures}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
