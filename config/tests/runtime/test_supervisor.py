import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.env import Env
from config.runtime import supervisor
from config.runtime.claim import claim
from config.runtime.supervisor import Supervisor, address_of, listen, main

CHILD = """
import os, select, signal, socket, sys, time
folder, listener, ready, go = sys.argv[1], *map(int, sys.argv[2:])
def note(what):
    with open(f"{folder}/log", "a") as log:
        log.write(f"{what} {os.getpid()}\\n")
mode = open(f"{folder}/mode").read()
note("start")
if mode == "fail":
    sys.exit(3)
if mode == "hang":
    time.sleep(60)
def leave(*_):
    note("end")
    os._exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "deaf" else leave)
os.write(ready, b"1")
os.read(go, 1)
note("go")
sock = socket.socket(fileno=listener)
sock.setblocking(False)
while True:
    select.select([sock], [], [])
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # whom we accept we answer
    try:
        talk, _ = sock.accept()
        talk.sendall(str(os.getpid()).encode())
        talk.close()
    except BlockingIOError:
        pass  # the other one of the two was quicker
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
"""


class Play:
    """A supervisor at work in this thread, and a script that another thread plays to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listener = listen("127.0.0.1", 0)
        self.ready = threading.Event()
        self.errors: list[BaseException] = []
        (folder / "child.py").write_text(CHILD)
        self.mode("ok")

    def mode(self, mode: str) -> None:
        (self.folder / "mode").write_text(mode)

    def log(self) -> list[str]:
        file = self.folder / "log"
        return file.read_text().splitlines() if file.exists() else []

    def ask(self) -> int:
        """Return the pid of the child that answers."""
        with socket.create_connection(self.listener.getsockname(), 10) as talk:
            return int(talk.recv(100))

    def wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < until, self.log()
            time.sleep(0.01)

    def send(self, number: int) -> None:
        os.kill(os.getpid(), number)

    def run(self, script: Callable[[], None], *, tells: bool = True) -> int:
        """Return the supervisor's exit code, after playing the script and telling it to end."""

        def play() -> None:
            try:
                script()
            except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
                self.errors.append(error)
            finally:
                if tells:
                    self.send(signal.SIGTERM)

        thread = threading.Thread(target=play)
        command = [sys.executable, "-SE", str(self.folder / "child.py"), str(self.folder)]
        keeper = Supervisor(command, self.listener, self.ready.set)
        keeper._catch_signals()  # before the script sends any
        thread.start()
        code = keeper.run()
        thread.join()
        for error in self.errors:
            raise error
        return code


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    kept = {number: signal.getsignal(number) for number in supervisor.SIGNALS}
    made = Play(tmp_path)
    yield made
    signal.set_wakeup_fd(-1)
    for number, handler in kept.items():
        signal.signal(number, handler)
    made.listener.close()


def test_a_child_serves_and_ends_with_us(play: Play) -> None:
    def script() -> None:
        assert play.ready.wait(10)
        play.ask()

    assert play.run(script) == 0
    assert [line.split()[0] for line in play.log()] == ["start", "go", "end"]


def test_a_first_child_that_fails_ends_us_as_failed(play: Play) -> None:
    play.mode("fail")
    assert play.run(lambda: None, tells=False) == 1
    assert not play.ready.is_set()


def test_we_end_at_once_while_the_first_child_still_starts(play: Play) -> None:
    play.mode("hang")
    started = time.monotonic()
    assert play.run(lambda: play.wait(lambda: bool(play.log()))) == 0
    assert time.monotonic() - started < 5


def test_hup_swaps_the_child_and_the_new_one_goes_when_the_old_is_gone(play: Play) -> None:
    pids: list[int] = []

    def script() -> None:
        assert play.ready.wait(10)
        pids.append(play.ask())
        play.send(signal.SIGHUP)
        play.wait(lambda: len([line for line in play.log() if line.startswith("go")]) == 2)
        pids.append(play.ask())

    assert play.run(script) == 0
    old, new = pids
    assert old != new
    assert play.log() == [
        *(f"{what} {old}" for what in ("start", "go")),
        f"start {new}",
        f"end {old}",
        *(f"{what} {new}" for what in ("go", "end")),
    ]


def test_nobody_is_refused_during_a_swap(play: Play) -> None:
    answers: list[int] = []

    def script() -> None:
        assert play.ready.wait(10)
        play.send(signal.SIGHUP)
        first = play.ask()
        while not answers or answers[-1] == first:
            answers.append(play.ask())

    assert play.run(script) == 0
    assert len(set(answers)) <= 2


def test_a_new_child_that_does_not_start_leaves_the_old_one_at_work(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(supervisor, "say", said.append)

    def script() -> None:
        assert play.ready.wait(10)
        old = play.ask()
        play.mode("fail")
        play.send(signal.SIGHUP)
        play.wait(lambda: bool(said))
        assert play.ask() == old

    assert play.run(script) == 0
    assert said == ["the new process did not start; the old one goes on"]


def test_a_child_that_is_killed_is_started_again(play: Play) -> None:
    def script() -> None:
        assert play.ready.wait(10)
        pid = play.ask()
        os.kill(pid, signal.SIGKILL)
        play.wait(lambda: len([line for line in play.log() if line.startswith("go")]) == 2)
        assert play.ask() != pid

    assert play.run(script) == 0


def test_a_child_that_keeps_failing_is_tried_ever_more_rarely(
    play: Play, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.2)

    def script() -> None:
        assert play.ready.wait(10)
        pid = play.ask()
        play.mode("fail")
        os.kill(pid, signal.SIGKILL)
        play.wait(lambda: len(play.log()) >= 6)

    assert play.run(script) == 0
    assert "it did not start" in capsys.readouterr().out


def test_a_child_that_is_deaf_is_killed(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "END_SECONDS", 0.3)
    play.mode("deaf")

    def script() -> None:
        assert play.ready.wait(10)
        play.ask()

    started = time.monotonic()
    assert play.run(script) == 0
    assert time.monotonic() - started < 5


def test_a_closed_terminal_ends_us_and_does_not_reload(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_terminal = [True]
    monkeypatch.setattr(supervisor, "_has_terminal", lambda: has_terminal[0])

    def script() -> None:
        assert play.ready.wait(10)
        has_terminal[0] = False
        play.send(signal.SIGHUP)
        play.wait(lambda: play.log()[-1].startswith("end"))

    assert play.run(script) == 0
    assert len([line for line in play.log() if line.startswith("start")]) == 1


def test_a_taken_port_is_told_in_one_line() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit) as refusal:
        listen("127.0.0.1", taken.getsockname()[1])
    assert "is taken" in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours_is_told_in_one_line(host: str) -> None:
    with pytest.raises(SystemExit, match="is not an address of this machine"):
        listen(host, 0)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::1", "[::1]")],  # noqa: S104 - for a moment
)
def test_the_address_is_shown_as_a_browser_takes_it(host: str, shown: str) -> None:
    with listen(host, 0) as listener:
        assert address_of(listener) == f"http://{shown}:{listener.getsockname()[1]}/"


def test_up_explains_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "--host" in capsys.readouterr().out


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the data folder of the `up` of a test, whose broker is inside."""
    monkeypatch.setattr(supervisor, "env", Env(data_dir=str(tmp_path / "data")))
    return tmp_path / "data"


@pytest.mark.usefixtures("data")
def test_up_passes_the_exit_code_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Supervisor, "run", lambda _self: 7)
    assert main(["--port", "0"]) == 7


def test_up_holds_its_data_folder_while_it_runs_and_hands_it_to_its_children(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []

    def run(keeper: Supervisor) -> int:
        kept.extend(keeper._kept)
        with pytest.raises(SystemExit, match=r"in use by process \d+, which answers at http://"):
            claim(data)
        return 0

    monkeypatch.setattr(Supervisor, "run", run)
    assert main(["--port", "0"]) == 0
    assert len(kept) == 1
    claim(data).release()


def test_up_shares_its_data_folder_where_the_broker_is_outside(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "env", Env(data_dir=str(data), celery_broker_url="redis://x"))
    monkeypatch.setattr(Supervisor, "run", lambda keeper: len(keeper._kept))
    held = claim(data)
    assert main(["--port", "0"]) == 0
    held.release()
