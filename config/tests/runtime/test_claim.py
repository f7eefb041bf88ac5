import errno
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.runtime import claim as claims
from config.runtime.claim import Claim, claim, keep

HOLD = """
import os, sys, time
from pathlib import Path
from config.runtime.claim import claim
taken = claim(Path(sys.argv[1]))
taken.tell("http://127.0.0.1:8123/")
child = os.fork() if sys.argv[2] == "fork" else 0
if child or sys.argv[2] != "fork":
    print(child, flush=True)
time.sleep(60)
"""
USE = """
import sys
from pathlib import Path
from config.runtime.claim import claim
claim(Path(sys.argv[1]))
"""


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Claim]:
    made = claim(tmp_path / "data")
    yield made
    made.release()


def _hold(folder: Path, how: str = "alone") -> tuple["subprocess.Popen[str]", int]:
    holder = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", HOLD, str(folder), how], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder.stdout as told:
        return holder, int(told.readline())


def test_a_folder_is_taken_once_and_given_back(mine: Claim, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=f"in use by process {os.getpid()}; end that one"):
        claim(tmp_path / "data")
    mine.release()
    claim(tmp_path / "data").release()


def test_the_second_hears_at_once_who_has_it_and_ends_as_failed(tmp_path: Path) -> None:
    holder, _ = _hold(tmp_path)
    started = time.monotonic()
    second = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", USE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert time.monotonic() - started < 5
    assert second.returncode == 1
    assert second.stderr == (
        f"atrium: the data folder {tmp_path} is in use by process {holder.pid}, which answers at"
        " http://127.0.0.1:8123/; end that one, or choose another folder by ATRIUM_DATA_DIR\n"
    )
    holder.kill()
    holder.wait(5)
    claim(tmp_path).release()


def test_a_child_left_by_a_killed_parent_holds_it_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    holder, child = _hold(tmp_path, "fork")
    try:
        holder.kill()
        holder.wait(5)
        monkeypatch.setattr(claims, "ORPHAN_SECONDS", 0.3)
        with pytest.raises(SystemExit, match="in use"):
            claim(tmp_path)
    finally:
        os.kill(child, 9)
    assert capsys.readouterr().err.count("waiting for a process that was left behind") == 1
    monkeypatch.setattr(claims, "ORPHAN_SECONDS", 5.0)
    claim(tmp_path).release()


def test_what_a_child_starts_does_not_hold_it(mine: Claim, tmp_path: Path) -> None:
    (file,) = mine.descriptors
    os.set_inheritable(file, True)  # noqa: FBT003 - as a child gets it
    keep(file)
    sleeper = subprocess.Popen(["/bin/sleep", "60"], close_fds=False)
    try:
        while Path(f"/proc/{sleeper.pid}/comm").read_text() != "sleep\n":
            time.sleep(0.01)  # the system closes files a moment after a process began
        mine.release()
        claim(tmp_path / "data").release()
    finally:
        sleeper.kill()
        sleeper.wait(5)


def test_a_file_system_without_locks_warns_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_args: Any) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    made = claim(tmp_path)
    made.tell("http://127.0.0.1:8000/")
    assert made.descriptors == ()
    assert "without locks" in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="cannot be used") as refusal:
        claim(tmp_path / "file" / "data")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("told", ["", "no pid", "99999999999999999999 x"])
def test_a_file_that_somebody_wrote_into_is_no_trouble(told: str, tmp_path: Path) -> None:
    (tmp_path / claims.NAME).write_text(told)
    claim(tmp_path).release()
