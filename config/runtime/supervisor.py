"""The parent of `up`: it owns the listening socket and keeps one child serving from it.

Standard library only; Django is never imported here, so the parent stays small and cannot be broken
by what it starts. HUP replaces the child without refusing a connection, a child that dies is
started again, TERM and INT end everything within seconds.
"""

import argparse
import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.env import BASE_DIR, env
from config.runtime.claim import claim, nothing_claimed

BACKLOG = 2048
END_SECONDS = 4.7
"""How long a child may take to end; it leaves by itself before: `embedded.DEADLINE_SECONDS`."""

SWAP_SECONDS = 120.0
STEADY_SECONDS = 60.0
"""A child that lived so long was well: the next one is started at once."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
EXIT_FAILED = 1


@dataclass
class Child:
    """A serving process, and our ends of the two pipes to it."""

    process: "subprocess.Popen[bytes]"
    ready: int
    """Gives one byte when the child serves, and ends without one when it dies before."""

    go: int
    """Takes one byte when worker and beat may start; its end tells the child that we are gone."""

    started: float

    def release(self) -> None:
        """Let the child start its worker and beat: the one before it is gone."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.go, b"1")

    def end(self) -> None:
        """End the process, by force if it takes too long, and close the pipes."""
        self.process.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.go)
        os.close(self.ready)


class Supervisor:
    """Keeps one child at work.

    Args:
        command: Starts a child; the numbers of the descriptors are appended.
        listener: The bound socket; it listens for as long as this process lives.
        on_first_ready: Called once, when the first child serves.
        kept: Descriptors that each child holds as we do, beside those it works with.
    """

    def __init__(
        self,
        command: Sequence[str],
        listener: socket.socket,
        on_first_ready: Callable[[], None],
        kept: Sequence[int] = (),
    ) -> None:
        self._command = command
        self._listener = listener
        self._on_first_ready = on_first_ready
        self._kept = kept
        self._wake, self._wakes = os.pipe()
        self._is_ending = False
        self._wants_swap = False
        self._had_terminal = _has_terminal()

    def run(self) -> int:
        """Serve until told to end; return the exit code."""
        self._catch_signals()
        child = self._spawn()
        if not self._becomes_ready(child, limit=None):
            child.end()
            return 0 if self._is_ending else EXIT_FAILED
        self._on_first_ready()
        child.release()
        while not self._is_ending:
            if child.process.poll() is not None:
                child = self._revive(child)
            elif self._wants_swap:
                child = self._swap(child)
            else:
                self._wait_for_signal(None)
        child.end()
        return 0

    def _catch_signals(self) -> None:
        os.set_blocking(self._wakes, False)
        signal.set_wakeup_fd(self._wakes, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)

    def _spawn(self) -> Child:
        ready, child_ready = os.pipe()
        child_go, go = os.pipe()
        given = (self._listener.fileno(), child_ready, child_go, *self._kept)
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*self._command, *map(str, given)],
            pass_fds=given,
            start_new_session=True,  # Ctrl-C is for us alone; we tell the child
        )
        os.close(child_ready)
        os.close(child_go)
        return Child(process, ready, go, time.monotonic())

    def _wait_for_signal(self, seconds: float | None, *descriptors: int) -> bool:
        """Wait for a signal, a descriptor or the time-out; return whether a descriptor has news."""
        found, _, _ = select.select([self._wake, *descriptors], [], [], seconds)
        if self._wake in found:
            received = os.read(self._wake, 4096)
            if signal.SIGHUP in received and self._lost_terminal():
                self._is_ending = True
            elif signal.SIGHUP in received:
                self._wants_swap = True
            if signal.SIGTERM in received or signal.SIGINT in received:
                self._is_ending = True
        return any(descriptor in found for descriptor in descriptors)

    def _lost_terminal(self) -> bool:
        """Tell whether the HUP at hand means that the terminal was closed, not "reload"."""
        return self._had_terminal and not _has_terminal()

    def _becomes_ready(self, child: Child, *, limit: float | None) -> bool:
        until = None if limit is None else time.monotonic() + limit
        while not self._is_ending:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return False
            if self._wait_for_signal(left, child.ready):
                return os.read(child.ready, 1) == b"1"
        return False

    def _swap(self, old: Child) -> Child:
        self._wants_swap = False
        started = time.monotonic()
        new = self._spawn()
        if not self._becomes_ready(new, limit=SWAP_SECONDS):
            new.end()
            if not self._is_ending:
                say("the new process did not start; the old one goes on")
            return old
        old.end()
        new.release()
        say(f"reloaded in {time.monotonic() - started:.1f} s")
        return new

    def _revive(self, dead: Child) -> Child:
        """Start a child in place of a dead one, with growing pauses until one gets ready."""
        code = dead.process.returncode
        dead.end()
        pause = 0.0 if time.monotonic() - dead.started > STEADY_SECONDS else FIRST_PAUSE
        say(f"the serving process ended unexpectedly ({code}); starting another")
        while True:
            self._pause(pause)
            self._wants_swap = False  # the one that starts now is new anyway
            child = self._spawn()
            if self._becomes_ready(child, limit=SWAP_SECONDS):
                child.release()
                return child
            if self._is_ending:
                return child
            child.end()
            pause = min(max(pause, FIRST_PAUSE) * 2, LONGEST_PAUSE)
            say(f"it did not start; the next attempt is in {pause:.0f} s")

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_ending and (left := until - time.monotonic()) > 0:
            self._wait_for_signal(left)


def say(text: str) -> None:
    """Tell the person at the terminal what is going on; a terminal that is gone does not matter."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"atrium: {text}\n")
        sys.stdout.flush()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address.

    Raises:
        SystemExit: The address cannot be had; the text says why.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        msg = f"atrium: {host} is not an address of this machine"
        raise SystemExit(msg) from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reasons = {
            errno.EADDRINUSE: f"port {port} is taken; end what uses it or choose another by --port",
            errno.EACCES: f"port {port} needs rights that you do not have; choose one above 1023",
            errno.EADDRNOTAVAIL: f"{host} is not an address of this machine",
        }
        msg = f"atrium: {reasons.get(error.errno or 0, str(error))}"
        raise SystemExit(msg) from None
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address to type into a browser."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - every address; this one works from here
        host = "localhost"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _has_terminal() -> bool:
    try:
        os.tcgetpgrp(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return True


def main(argv: Sequence[str]) -> int:
    """Run `up`; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Serve the whole platform from one process."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=8000, help="port; 0 takes a free one (%(default)s)"
    )
    options = parser.parse_args(argv)
    # Before the port: who starts it twice hears what is the matter, not that the port is taken.
    claimed = nothing_claimed() if env.celery_broker_url else claim(BASE_DIR / env.data_dir)
    try:
        with listen(options.host, options.port) as listener:
            claimed.tell(address_of(listener))
            say("starting")
            return Supervisor(
                [sys.executable, "-m", "config.runtime.child"],
                listener,
                lambda: say(f"ready at {address_of(listener)} (Ctrl-C ends it)"),
                claimed.descriptors,
            ).run()
    finally:
        claimed.release()
