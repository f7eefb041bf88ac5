"""`python -m bench.drills.kill`: the serving process is killed with -9 under load, several times.

Writers add positions, each by a request that must be logged. It passes if every write that was
acknowledged is there, and so is its row of the operation log, and the chain of the log is whole.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.drills.outage import OK, ROOT, Client, Load, missing, settled
from bench.drills.services import wait_for


def child_of(process: subprocess.Popen[bytes]) -> int:
    """Return the process that serves, which is the youngest that the supervisor has started."""
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return int(listing.split()[-1])


@contextmanager
def running(port: int, data: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """Run the whole platform in one process under its supervisor."""
    environ = os.environ | {
        "ATRIUM_DEMO": "1",
        "ATRIUM_CAPTCHA": "0",
        "ATRIUM_DATA_DIR": str(data),
        "ATRIUM_BOOTSTRAPPED": "1",
    }
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)  # noqa: S603 - our own command
        try:
            wait_for(port)
            yield process, environ
        finally:
            process.terminate()
            process.wait(20)


def unlogged(client: Client, names: list[str]) -> int:
    """Return how many of the positions were added without a row of the operation log.

    Raises:
        SystemExit: The log does not answer.
    """
    told: set[str] = set()
    page = pages = 1
    while page <= pages:
        status, body = client.ask(f"/api/v1/logs/opera?method=POST&size=200&page={page}")
        if status != OK:
            msg = f"the log answered {status}"
            raise SystemExit(msg)
        pages = body["data"]["total_pages"]
        texts = [json.dumps(row["args"]) for row in body["data"]["items"]]
        told |= {name for name in names if any(f'"{name}"' in text for text in texts)}
        page += 1
    return len(set(names) - told)


def main() -> int:
    """Run the drill as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.drills.kill", description=__doc__)
    parser.add_argument("--port", type=int, default=8160)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of load before each kill")
    chosen = parser.parse_args()
    recovered = []
    with (
        tempfile.TemporaryDirectory(prefix="atrium-drill-data-") as data,
        running(chosen.port, Path(data)) as (process, environ),
    ):
        client = Client(chosen.port)
        client.sign_in()
        load = Load(client)
        for _kill in range(chosen.kills):
            time.sleep(chosen.seconds)
            os.kill(child_of(process), signal.SIGKILL)
            recovered.append(settled(client))
        load.end()
        names = load.tally.acknowledged
        lost, silent = missing(client, names), unlogged(client, names)
        verify = [sys.executable, "manage.py", "audit_verify"]
        is_whole = subprocess.run(verify, cwd=ROOT, env=environ, check=False).returncode == 0  # noqa: S603 - our own command
    told = ", ".join(f"{seconds:.1f}" for seconds in recovered)
    sys.stdout.write(
        f"kills: {chosen.kills}; well again after {told} s\n"
        f"writes acknowledged: {len(names)}, lost: {lost}, not logged: {silent}\n"
        f"the chain of the log is {'whole' if is_whole else 'BROKEN'}\n"
    )
    is_passed = bool(names) and not lost and not silent and is_whole
    sys.stdout.write("passed\n" if is_passed else "FAILED\n")
    return 0 if is_passed else 1


if __name__ == "__main__":
    sys.exit(main())
