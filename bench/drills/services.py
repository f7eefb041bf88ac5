"""A Redis, a PostgreSQL and a RabbitMQ of our own, to be stopped and started at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

WAIT_SECONDS = 30.0


def wait_for(port: int, *, is_open: bool = True) -> None:
    """Wait until a port takes connections, or takes none any more.

    Raises:
        TimeoutError: It does not come to that.
    """
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if (probe.connect_ex(("127.0.0.1", port)) == 0) == is_open:
                return
        time.sleep(0.05)
    msg = f"port {port} is {'closed' if is_open else 'open'} still"
    raise TimeoutError(msg)


class Redis:
    """A Redis without a memory: what it held is gone when it stops.

    Args:
        port: Where it listens.
        folder: Where it keeps what it holds; then nothing is gone.
    """

    def __init__(self, port: int, folder: Path | None = None) -> None:
        self.port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--save", ""]
        if self._folder is None:
            command += ["--appendonly", "no"]
        else:
            command += ["--appendonly", "yes", "--appendfsync", "always", "--dir"]
            command += [str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        wait_for(self.port)

    def stop(self) -> None:
        """Stop it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class RabbitMQ:
    """A node of RabbitMQ, beside any other of the machine."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "plugins").write_text("[].\n")
        (folder / "environment").touch()

    @property
    def url(self) -> str:
        """Return its address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environ = os.environ | {
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"drill{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.port + 1),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "environment"),
        }
        program = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin:/usr/sbin")
        if program is None:
            msg = "rabbitmq-server is not installed"
            raise SystemExit(msg)
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [program],
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(self.port)

    def stop(self) -> None:
        """Stop it as a crash would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            wait_for(self.port, is_open=False)


class Postgres:
    """A cluster in a folder of its own."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder
        found = shutil.which("initdb") or next(
            iter(sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))), ""
        )
        if not found:
            msg = "initdb is not installed"
            raise SystemExit(msg)
        self._programs = Path(found).parent

    def make(self) -> None:
        """Make the cluster; PostgreSQL refuses to run as root, so its own user does it there."""
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", str(self._folder / "data"), "-A", "trust", "-U", "postgres")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._control(
            "start", "-o", f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        )

    def restart(self) -> None:
        """Throw everybody out and start anew."""
        self._control("restart", "-m", "fast")

    def stop(self) -> None:
        """Stop it."""
        self._control("stop", "-m", "immediate")

    def _control(self, *words: str) -> None:
        log = str(self._folder / "log")
        self._run("pg_ctl", "-w", "-D", str(self._folder / "data"), "-l", log, *words)

    def _run(self, program: str, *words: str) -> None:
        before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(  # noqa: S603 - our own command
            [*before, str(self._programs / program), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
        )


@contextmanager
def services(redis_port: int, postgres_port: int) -> Iterator[tuple[Redis, Postgres]]:
    """Run both for as long as the context lasts."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="atrium-drill-"))
        redis, postgres = Redis(redis_port), Postgres(postgres_port, Path(folder))
        postgres.make()
        postgres.start()
        stack.callback(postgres.stop)
        redis.start()
        stack.callback(redis.stop)
        yield redis, postgres
