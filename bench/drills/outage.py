"""`python -m bench.drills.outage`: Redis is killed and PostgreSQL restarted under load.

Readers ask for themselves with a live token, writers add positions; every status is counted by
phase. It passes if no answer is a 500, reads go on or answer 503 with an envelope, all is well
again by itself afterwards, and every write that was acknowledged is there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.drills.services import Postgres, Redis, services, wait_for

ROOT = Path(__file__).resolve().parents[2]
READERS, WRITERS = 3, 2
SETTLE_SECONDS = 15.0
OK, UNAVAILABLE, FAULT = 200, 503, 500


@dataclass
class Tally:
    """What was answered, by phase and kind."""

    phase: str = "before"
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    bare: int = 0

    def note(self, kind: str, status: str, seconds: float) -> None:
        """Count one answer."""
        self.counts.setdefault(f"{self.phase} {kind}", Counter())[status] += 1
        name = f"{self.phase} {kind}"
        self.slowest[name] = max(self.slowest.get(name, 0.0), seconds)


class Client:
    """Somebody with a token."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.token = ""

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and body; status 0 where no answer came."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.base + path, data, headers)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:  # noqa: S310 - our own server
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            text = refusal.read()
            return refusal.code, json.loads(text) if text[:1] == b"{" else None
        except (OSError, ValueError):
            return 0, None

    def sign_in(self) -> None:
        """Get a token."""
        status, body = self.ask("/api/v1/auth/login", {"username": "admin", "password": "123456"})
        if status != OK:
            msg = f"sign-in answered {status}"
            raise SystemExit(msg)
        self.token = body["data"]["access_token"]


class Load:
    """Readers and writers that go on until told to stop."""

    def __init__(self, client: Client) -> None:
        self.tally = Tally()
        self._client = client
        self._is_over = threading.Event()
        kinds: list[Callable[[int], None]] = [*[self._read] * READERS, *[self._write] * WRITERS]
        self._threads = [
            threading.Thread(target=self._go_on, args=(kind, number), daemon=True)
            for number, kind in enumerate(kinds)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, kind: Callable[[int], None], number: int) -> None:
        while not self._is_over.is_set():
            kind(number)
            time.sleep(0.01)

    def _read(self, number: int) -> None:
        self._note("read", "/api/v1/sys/users/me" if number else "/api/v1/sys/users?size=20")

    def _write(self, number: int) -> None:
        name = f"drill-{number}-{time.monotonic_ns()}"
        if (
            self._note("write", "/api/v1/sys/positions", {"name": name, "code": name, "status": 1})
            == OK
        ):
            self.tally.acknowledged.append(name)

    def _note(self, kind: str, path: str, body: Any = None) -> int:
        started = time.monotonic()
        status, answer = self._client.ask(path, body)
        self.tally.note(kind, str(status), time.monotonic() - started)
        if status == UNAVAILABLE and not {"code", "msg", "trace_id"} <= set(answer or {}):
            self.tally.bare += 1
        return status


def settled(client: Client) -> float:
    """Return the seconds until ten reads in a row are answered and we are ready."""
    started = time.monotonic()
    in_a_row = 0
    while in_a_row < 10 and time.monotonic() - started < SETTLE_SECONDS:  # noqa: PLR2004 - see above
        is_well = client.ask("/api/v1/sys/users/me")[0] == OK
        in_a_row = in_a_row + 1 if is_well and client.ask("/health/ready")[0] == OK else 0
        time.sleep(0.05)
    return time.monotonic() - started


@dataclass
class Findings:
    """What a drill came to."""

    not_ready: tuple[int, Any]
    after_redis: float
    after_database: float
    lost: int
    tally: Tally

    @property
    def is_passed(self) -> bool:
        """Tell whether everything held that must."""
        counts = self.tally.counts.values()
        faults = sum(found[str(FAULT)] + found["0"] for found in counts)
        is_well = max(self.after_redis, self.after_database) < SETTLE_SECONDS
        has_said_so = self.not_ready[0] == UNAVAILABLE
        is_tried = bool(self.tally.acknowledged)
        return is_tried and has_said_so and is_well and not (faults or self.lost or self.tally.bare)

    def lines(self) -> Iterator[str]:
        """Yield what to tell."""
        for name, counts in self.tally.counts.items():
            told = ", ".join(f"{status}: {times}" for status, times in sorted(counts.items()))
            yield f"{name:26} {told}; slowest {self.tally.slowest[name]:.2f} s"
        status, body = self.not_ready
        yield f"ready while Redis was gone: {status} {(body or {}).get('msg')}"
        yield f"well again after Redis came back: {self.after_redis:.1f} s"
        yield f"well again after the database was restarted: {self.after_database:.1f} s"
        yield f"writes acknowledged: {len(self.tally.acknowledged)}, lost: {self.lost}"
        yield f"503 without an envelope: {self.tally.bare}"
        yield "passed" if self.is_passed else "FAILED"


def drill(client: Client, redis: Redis, postgres: Postgres, seconds: float) -> Findings:
    """Take the services away under load, give them back, and return what was seen."""
    load = Load(client)
    time.sleep(seconds)
    load.tally.phase = "Redis gone"
    redis.stop()
    time.sleep(seconds)
    not_ready = client.ask("/health/ready")
    redis.start()
    load.tally.phase = "Redis back"
    after_redis = settled(client)
    time.sleep(seconds)
    load.tally.phase = "database restarts"
    postgres.restart()
    after_database = settled(client)
    load.tally.phase = "afterwards"
    time.sleep(seconds)
    load.end()
    lost = missing(client, load.tally.acknowledged)
    return Findings(not_ready, after_redis, after_database, lost, load.tally)


@contextmanager
def served(port: int, redis: Redis, postgres: Postgres, data: Path) -> Iterator[None]:
    """Prepare the database and run the server for as long as the context lasts."""
    environ = os.environ | {
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres",
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{redis.port}/1",
        "ATRIUM_DEMO": "1",
        "ATRIUM_CAPTCHA": "0",
        "ATRIUM_DATA_DIR": str(data),
    }
    with (data / "log").open("wb") as log:

        def command(*words: str) -> subprocess.Popen[bytes]:
            run = [sys.executable, "manage.py", *words]
            return subprocess.Popen(run, cwd=ROOT, env=environ, stdout=log, stderr=log)  # noqa: S603 - our own command

        for words in (("migrate", "-v0"), ("init",)):
            command(*words).wait()
        server = command("serve", "--port", str(port))
        try:
            wait_for(port)
            yield
        finally:
            server.terminate()
            server.wait(20)


def missing(client: Client, names: list[str]) -> int:
    """Return how many of the positions that were acknowledged are not there."""
    found: set[str] = set()
    page = 1
    while True:
        status, body = client.ask(f"/api/v1/sys/positions?size=200&page={page}")
        if status != OK:
            msg = f"the list answered {status}"
            raise SystemExit(msg)
        found |= {row["name"] for row in body["data"]["items"]}
        if page >= body["data"]["total_pages"]:
            return len(set(names) - found)
        page += 1


def main() -> int:
    """Run the drill on the ports of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.drills.outage", description=__doc__)
    parser.add_argument("--port", type=int, default=8150)
    parser.add_argument("--redis-port", type=int, default=8151)
    parser.add_argument("--postgres-port", type=int, default=8152)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each phase")
    parser.add_argument("--log", type=Path, help="where to keep the log of the server")
    chosen = parser.parse_args()
    with (
        services(chosen.redis_port, chosen.postgres_port) as (redis, postgres),
        tempfile.TemporaryDirectory(prefix="atrium-drill-data-") as data,
    ):
        with served(chosen.port, redis, postgres, Path(data)):
            client = Client(chosen.port)
            client.sign_in()
            found = drill(client, redis, postgres, chosen.seconds)
        if chosen.log:
            chosen.log.write_bytes((Path(data) / "log").read_bytes())
    sys.stdout.write("\n".join([*found.lines(), ""]))
    return 0 if found.is_passed else 1


if __name__ == "__main__":
    sys.exit(main())
